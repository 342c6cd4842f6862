import { Presets, SingleBar } from 'cli-progress'

/** Shows long work on the terminal of standard error: a bar, or a line a phase when nobody watches; nothing when quiet. */
export interface ProgressShown {
  /** Begins a part of the work; what it returns is told how much is done. */
  phase(name: string, total: number | null): (done: number) => void
  end(): void
}

/** Progress of one program. */
export function showProgress({ quiet }: { readonly quiet: boolean }): ProgressShown {
  let bar: SingleBar | undefined
  const end = () => {
    bar?.stop()
    bar = undefined
  }
  return {
    end,
    phase: (name, total) => {
      end()
      if (quiet) return () => {}
      if (!process.stderr.isTTY) {
        process.stderr.write(`${name}${total === null ? '' : ` ${total} documents`}\n`)
        return () => {}
      }
      const format =
        total === null
          ? `${name.padEnd(10)} {value} documents`
          : `${name.padEnd(10)} {bar} {value} of {total} documents`
      const shown = new SingleBar(
        { format, stream: process.stderr, hideCursor: true, fps: 10 },
        Presets.shades_classic,
      )
      shown.start(total ?? 0, 0)
      bar = shown
      return (done) => shown.update(done)
    },
  }
}
