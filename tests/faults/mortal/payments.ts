import { writeSync } from 'node:fs'
import { findProviderOf as findReal } from '../../../core/src/payments/accounts.ts'
import type { Provider } from '../../../core/src/payments/provider.ts'
import { around } from './fate.ts'

/** What the provider was asked to do, by its own books: a line in the log of whoever asked. */
export interface ProviderLine {
  readonly provider: 'capture' | 'void' | 'refund'
  readonly paymentId: string
  readonly bookingId?: string
  readonly reference?: string
  readonly word: string
}

async function noted<Word extends string>(
  line: Omit<ProviderLine, 'word'>,
  ask: () => Promise<Word>,
): Promise<Word> {
  return around(line.provider, async () => {
    const word = await ask()
    writeSync(1, `${JSON.stringify({ ...line, word } satisfies ProviderLine)}\n`)
    return word
  })
}

const mortal = (provider: Provider): Provider => ({
  ...provider,
  look: (charge, budgetMs) => around('look', () => provider.look(charge, budgetMs)),
  capture: (charge, bookingId, budgetMs) =>
    noted({ provider: 'capture', paymentId: charge.paymentId, bookingId }, () =>
      provider.capture(charge, bookingId, budgetMs),
    ),
  void: (charge, budgetMs) =>
    noted({ provider: 'void', paymentId: charge.paymentId }, () => provider.void(charge, budgetMs)),
  refund: (charge, refund, budgetMs) =>
    noted({ provider: 'refund', paymentId: charge.paymentId, reference: refund.reference }, () =>
      provider.refund(charge, refund, budgetMs),
    ),
})

/** The real accounts, around whose calls a process may be killed. */
export function findProviderOf(...args: Parameters<typeof findReal>): ReturnType<typeof findReal> {
  const find = findReal(...args)
  return (provider, account) => {
    const found = find(provider, account)
    return found && mortal(found)
  }
}
