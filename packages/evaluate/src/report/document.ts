import { type Markup, markup } from './markup'
import { style } from './style'

/**
 * A page as one HTML file that needs nothing else.
 *
 * @param title shown by browsers
 * @param body what is in the page, its heading included
 * @param ownStyle CSS rules of this page alone, after those of all pages; default none
 */
export function htmlDocument(title: string, body: Markup, ownStyle?: Markup): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}${ownStyle}</style>
</head>
<body>
<main>
${body}</main>
</body>
</html>
`.text
}

/** A part of a page with its heading; nothing where there is no content. */
export function section(
  title: string,
  introduction: Markup,
  content: Markup | undefined,
): Markup | undefined {
  return content === undefined
    ? undefined
    : markup`<section>
<h2>${title}</h2>
${introduction}${content}</section>
`
}

/** The end of a path. */
export function nameOf(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? path
}
