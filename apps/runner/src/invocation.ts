import { basename, relative } from 'node:path'

/** How the person has called this program, so that what is suggested can be typed as it stands. */
export function invocation(): string {
  if (process.env.npm_lifecycle_event === 'start') return 'npm start --'
  const script = process.argv[1] ?? 'tint'
  if (basename(script) === 'tint') return process.env.npm_command === 'exec' ? 'npx tint' : 'tint'
  return `node ${relative(process.cwd(), script)}`
}
