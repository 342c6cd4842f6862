import { systemPlatform } from '@holdfast/contract'

/** What one check has found, and what an operator does about it. */
export interface Finding {
  readonly check: string
  readonly result: 'ok' | 'warn' | 'FAIL'
  readonly found: string
  readonly next?: string
}

/** Nothing is to be done. */
export const ok = (check: string, found: string): Finding => ({ check, result: 'ok', found })

/** It works, and somebody should look at it. */
export const warn = (check: string, found: string, next: string): Finding => ({
  check,
  result: 'warn',
  found,
  next,
})

/** Holdfast cannot keep its promises like this. */
export const fail = (check: string, found: string, next?: string): Finding => ({
  check,
  result: 'FAIL',
  found,
  ...(next !== undefined && { next }),
})

/** What an error tells; secrets are taken out of it later. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'it broke')

/** No check waits longer; each library that is asked gives up before. */
const checkMsMax = 15_000

/** What a check finds; if it breaks or does not end, that is what was found. */
export async function findingsOf(
  check: string,
  run: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const late = new Promise<never>((_, reject) => {
    systemPlatform.deadline(checkMsMax).addEventListener('abort', () => {
      reject(new Error(`no answer within ${checkMsMax / 1_000} s`))
    })
  })
  try {
    return await Promise.race([run(), late])
  } catch (error) {
    return [fail(check, messageOf(error))]
  }
}
