type Environment = Readonly<Record<string, string | undefined>>
export declare const howToGetBrowser: string
export declare function findBrowser(environment?: Environment): string | undefined
export declare function provideBrowser(
  run: (command: string, args: string[], options: { env: Environment }) => number,
  environment?: Environment,
  isRoot?: boolean,
): string | undefined
