import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { rootDir } from '../../edge/dev/processes.ts'

/** How a program has ended, and what it said. */
export interface Ending {
  readonly code: number | null
  readonly told: string
  readonly complained: string
}

/** Runs a program to its end, with nothing of our own settings but where programs are. */
export async function runProgram(
  [program, ...args]: readonly [program: string, ...args: string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, args, {
    cwd: rootDir,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', reject)
  })
  const [told, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, told, complained }
}

/** `npx holdfast` with these arguments. */
export const runHoldfast = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Ending> => runProgram([process.execPath, 'core/src/cli/main.ts', ...args], env)
