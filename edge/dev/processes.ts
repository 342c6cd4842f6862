import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const rootDir = fileURLToPath(new URL('../..', import.meta.url))

/** A program that was started and answers. */
export interface Running {
  readonly pid: number
  /** Asks it to end, and ends it if it does not within the grace. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

interface Program {
  readonly name: string
  readonly command: readonly [program: string, ...args: string[]]
  readonly env: Readonly<Record<string, string>>
  /** Where its output goes. */
  readonly logFile: string
  /** Answers 200 once the program can work. */
  readonly readyUrl: string
}

const readyMsMax = 60_000
const stopMsMax = 10_000

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a child needs of our environment: settings of another Holdfast must not reach it. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** The last lines of a log, for a person who must know why something did not start. */
const tailOf = (file: string): string =>
  readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')

/**
 * Starts a program in a process group of its own and waits until it is ready.
 * @throws with the end of its log when it ends or is not ready in time.
 */
export async function startProgram({ name, command, env, logFile, readyUrl }: Program): Promise<Running> {
  const [program, ...args] = command
  const log = openSync(logFile, 'a')
  const child = spawn(program, args, {
    cwd: rootDir,
    env: { ...inherited(), ...env },
    stdio: ['ignore', log, log],
    detached: true,
  })
  const running = {
    pid: child.pid ?? 0,
    stop: (signal: NodeJS.Signals = 'SIGTERM') => stopGroup(child, signal),
  }
  const deadline = Date.now() + readyMsMax
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break
    const ok = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return running
    await pause(50)
  }
  await running.stop('SIGKILL')
  throw new Error(`${name} did not start. The end of ${logFile}:\n${tailOf(logFile)}`)
}

/** Signals the whole group: wrangler, for one, has children of its own. */
async function stopGroup(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const group = -child.pid
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  process.kill(group, signal)
  const late = await Promise.race([ended.then(() => false), pause(stopMsMax).then(() => true)])
  if (!late) return
  process.kill(group, 'SIGKILL')
  await ended
}
