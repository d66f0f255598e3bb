import cliProgress from 'cli-progress'
import type { Reporter } from './report.js'

/** Reports to a stream: a bar on a terminal, plain lines at every quarter elsewhere. */
export function streamReporter(stream: NodeJS.WriteStream): Reporter {
  return stream.isTTY ? barReporter(stream) : lineReporter(stream)
}

function lineReporter(stream: NodeJS.WritableStream): Reporter {
  let task = ''
  let quarter = 0
  return {
    line: (text) => void stream.write(`${text}\n`),
    progress(name, done, total) {
      if (name !== task) {
        task = name
        quarter = 0
        stream.write(`${name} (${megabytes(total)} MB)\n`)
      }
      const reached = Math.floor((4 * done) / Math.max(total, 1))
      if (reached <= quarter) return
      quarter = reached
      stream.write(`${name}: ${Math.min(100, 25 * reached)} %\n`)
    },
  }
}

function barReporter(stream: NodeJS.WriteStream): Reporter {
  let task = ''
  let bar: cliProgress.SingleBar | null = null
  const stop = () => {
    bar?.stop()
    bar = null
    task = ''
  }
  return {
    line(text) {
      stop()
      stream.write(`${text}\n`)
    },
    progress(name, done, total) {
      if (name !== task) {
        stop()
        task = name
        bar = new cliProgress.SingleBar(
          {
            stream,
            format: `${name} {bar} {percentage} % of {total} MB, {eta_formatted} left`,
            hideCursor: true,
          },
          cliProgress.Presets.shades_classic,
        )
        bar.start(megabytes(total), 0)
      }
      bar?.update(Math.min(megabytes(done), megabytes(total)))
      if (done >= total) stop()
    },
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}
