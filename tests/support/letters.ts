import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeDigits } from '@holdfast/contract'
import type { Stack } from '../../edge/dev/stack.ts'

/** The last code in a letter, as it is mailed for accounts of ours. */
export const codeIn = (letter: string | undefined): string =>
  new RegExp(`\\b(\\d{${codeDigits}}) is your code`).exec(letter ?? '')?.[1] ?? 'no code'

/** The last code that a stack without a mail server has printed for an address. */
export function codePrintedFor({ dir }: Pick<Stack, 'dir'>, email: string): string {
  const lines = readFileSync(join(dir, 'core.log'), 'utf8').split('\n')
  return codeIn(lines.findLast((line) => line.includes('"event":"mail"') && line.includes(`"to":"${email}"`)))
}
