import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify, stripVTControlCharacters } from 'node:util'

/** The root of the repository. */
export const rootDir = fileURLToPath(new URL('../..', import.meta.url))

/** A program that was started and answers. */
export interface Running {
  readonly pid: number
  /** Told if it ends although nobody asked it to: what to say to a person, with the end of its log. */
  readonly death: Promise<Error>
  /** Asks it to end, and ends it if it does not within the grace. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** What to start, and how to see that it works. */
export interface Program {
  readonly name: string
  readonly command: readonly [program: string, ...args: string[]]
  readonly env?: Readonly<Record<string, string>>
  /** Where its output goes; what was there is gone. */
  readonly logFile: string
  /** Whether the program can work now. */
  readonly isReady: () => Promise<boolean>
  /** What its log says when it will never be ready, although it goes on. */
  readonly hopeless?: RegExp
  /** Gives up waiting for it. */
  readonly signal?: AbortSignal | undefined
}

const readyMsMax = 60_000
const stopMsMax = 10_000

/** Whether a URL answers 200. */
export const answersOk = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.text() // A connection with an unread answer stays busy, and a server waits for it when it stops.
    return response.ok
  } catch {
    return false
  }
}

/**
 * What a child needs of our environment: settings of another Holdfast must not reach it. Node keeps what it has compiled
 * for the next start, which then takes half of the processor's time.
 */
const inherited = (): Record<string, string> => ({
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  ...Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_COMPILE_CACHE'].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  ),
})

/**
 * Starts a program in a process group of its own and waits until it is ready. Ctrl-C does not reach it; it ends when
 * it is stopped, or with us, however we end.
 * @throws with the end of its log when it ends or is not ready in time.
 */
export async function startProgram(program: Program): Promise<Running> {
  const { name, logFile, isReady, hopeless, signal } = program
  const log = () => stripVTControlCharacters(readFileSync(logFile, 'utf8'))
  const failure = (what: string) =>
    new Error(
      `${name} ${what}. The end of ${logFile}:\n\n${log().trimEnd().split('\n').slice(-15).join('\n')}`,
    )

  const group = spawnGroup(program)
  let [isExpected, end]: [boolean, string?] = [true]
  const hasEnded = () => end !== undefined
  const death = new Promise<Error>((resolve) => {
    void group.ended.then((how) => {
      end = how
      if (!isExpected) resolve(failure(`has ended (${how})`))
    })
  })
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (hasEnded()) return
    isExpected = true
    group.kill(signal)
    await Promise.race([group.ended, pause(stopMsMax, undefined, { ref: false })])
    if (!hasEnded()) group.kill('SIGKILL')
    await group.ended
  }

  try {
    const deadline = Date.now() + readyMsMax
    while (true) {
      const ready = await isReady()
      signal?.throwIfAborted()
      if (hasEnded() || hopeless?.test(log())) throw failure(`did not start (${end ?? 'it has failed'})`)
      if (ready) break
      if (Date.now() > deadline) throw failure(`was not ready within ${readyMsMax / 1000} s`)
      await pause(50)
    }
    isExpected = false
    return { pid: group.pid, death, stop }
  } catch (error) {
    await stop('SIGKILL')
    throw error
  }
}

/**
 * Runs a program that does one thing and ends.
 * @throws with what it said when it fails.
 */
export async function runToEnd({
  name,
  command: [program, ...args],
  env,
  signal,
}: Pick<Program, 'name' | 'command' | 'env' | 'signal'>): Promise<void> {
  const options = { cwd: rootDir, env: { ...inherited(), ...env }, ...(signal && { signal }) }
  try {
    await promisify(execFile)(program, args, options)
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(`${name} has failed: ${said || error}`)
  }
}

/** Kills the group that it is given when our end of its input closes. */
const leash = 'read -r _; kill -9 "-$1"'

/** A program and all that it starts (wrangler, for one, has children of its own). */
function spawnGroup({ command: [program, ...args], env, logFile }: Program) {
  const log = openSync(logFile, 'w')
  const child = spawn(program, args, {
    cwd: rootDir,
    env: { ...inherited(), ...env },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  const { pid } = child
  if (pid === undefined) {
    const ended = once(child, 'error').then(([error]) => String(error))
    return { pid: 0, ended, kill: () => {} }
  }
  const holder = spawn('/bin/sh', ['-c', leash, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal)
    } catch {
      // Nobody of the group is left.
    }
  }
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      kill('SIGKILL')
      holder.kill('SIGKILL')
      resolve(signal ?? `exit code ${code}`)
    })
  })
  return { pid, ended, kill }
}
