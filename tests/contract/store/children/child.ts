import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A program of this folder, running beside the test. */
export interface Child {
  /** Reads its lines until one is right, and gives all of them. */
  linesUntil(isRight: (line: string) => boolean): Promise<string[]>
  say(line: string): void
  /** Ends it as a power cut would; resolves when it is gone, with what it had still said. */
  kill(): Promise<string[]>
}

const gone = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Every line that ended, also of what was written in the last moment: `readline` may pause with more than it has told. */
async function* linesOf(stream: Readable): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

/** Starts `name` with arguments. */
export function startChild(name: 'writer.ts' | 'locker.ts', ...args: string[]): Child {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = linesOf(child.stdout)
  return {
    linesUntil: async (isRight) => {
      const read: string[] = []
      for (;;) {
        const { done, value } = await lines.next()
        if (done) throw new Error(`${name} ended after: ${read.join(', ')}`)
        read.push(value)
        if (isRight(value)) return read
      }
    },
    say: (line) => child.stdin.write(`${line}\n`),
    kill: async () => {
      child.kill('SIGKILL')
      await gone(child)
      const rest: string[] = []
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value)
      return rest
    },
  }
}
