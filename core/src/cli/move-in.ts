import { AppId, Currency, EventId, systemPlatform } from '@holdfast/contract'
import * as z from 'zod'
import { createReceipts } from '../bookings/receipts.ts'
import { ReceiptKey } from '../env.ts'
import { type Legacy, LegacyError } from '../moving-in/legacy.ts'
import { moveIn } from '../moving-in/move-in.ts'
import { readTickets } from '../moving-in/tickets.ts'
import { readUnified } from '../moving-in/unified.ts'
import { openStore } from '../store/open.ts'
import { assertWhole } from '../store/transfer/import-store.ts'
import { shownUrl } from './options.ts'
import { showProgress } from './progress.ts'

export const predecessors = ['unified', 'tickets'] as const
export type Predecessor = (typeof predecessors)[number]

/** What is said on the command line, not checked yet. */
export interface MoveOptions {
  readonly store: string
  readonly quiet: boolean
  readonly currency: string
  readonly app?: string
  readonly event?: string
}

const Place = z.object({ appId: AppId, eventId: EventId })

async function read(from: Predecessor, folder: string, options: MoveOptions): Promise<Legacy> {
  const currency = Currency.safeParse(options.currency)
  if (!currency.success) throw new LegacyError(`--currency ${z.prettifyError(currency.error)}`)
  if (from === 'unified') return readUnified(folder, { currency: currency.data })
  const place = Place.safeParse({ appId: options.app, eventId: options.event })
  if (!place.success)
    throw new LegacyError(
      '--from tickets needs --app and --event: what TICKETS_APP_ID and TICKETS_EVENT_ID name',
    )
  return readTickets(folder, { ...place.data, currency: currency.data })
}

async function receiptsOf(source: string | undefined) {
  const key = ReceiptKey.safeParse(source)
  if (!key.success)
    throw new LegacyError('set RECEIPT_KEY to that of core: bookings that move get their receipts now')
  return createReceipts(key.data, systemPlatform)
}

/** Brings a folder of mongoexport files into a store, and says what was new. */
export async function moveFrom(from: Predecessor, folder: string, options: MoveOptions): Promise<string> {
  const legacy = await read(from, folder, options)
  const receipts = await receiptsOf(process.env.RECEIPT_KEY)
  const store = await openStore(options.store)
  const shown = showProgress(options)
  try {
    await assertWhole(store)
    const { apps, users, events, seats, bookings } = await moveIn(
      { store, platform: systemPlatform, receipts },
      legacy,
      shown.phase,
    )
    const counts = `${apps} apps, ${users} users, ${events} events, ${seats} seats, ${bookings} bookings`
    return `${shownUrl(options.store)} has what the files say; new were ${counts}`
  } finally {
    shown.end()
    await store.close()
  }
}
