import { existsSync } from 'node:fs'
import {
  type AppId,
  type DefaultProvider,
  type EventId,
  paymentAccountDefault,
  systemPlatform,
} from '@holdfast/contract'
import { createReceipts, type Receipts } from '../bookings/receipts.ts'
import { ReceiptKey } from '../env.ts'
import { createDiagnostics } from '../moving-in/diagnostics.ts'
import { type Legacy, LegacyError } from '../moving-in/legacy.ts'
import type { Reading } from '../moving-in/mongoexport.ts'
import { moveIn } from '../moving-in/move-in.ts'
import { planMove } from '../moving-in/plan.ts'
import type { Resolution } from '../moving-in/sold-twice.ts'
import { readTickets } from '../moving-in/tickets.ts'
import { readUnified } from '../moving-in/unified.ts'
import { openStore } from '../store/open.ts'
import { patientStore } from '../store/patient.ts'
import type { Store } from '../store/store.ts'
import { assertWhole } from '../store/transfer/import-store.ts'
import { keyLines } from './move-in-keys.ts'
import { reportOf } from './move-in-report.ts'
import { shownUrl } from './options.ts'
import { showProgress } from './progress.ts'
import { recordingOn } from './recording.ts'

export const predecessors = ['unified', 'tickets'] as const
export type Predecessor = (typeof predecessors)[number]

/** Whose files a folder has, and what they become. */
export type Source =
  | {
      readonly from: 'unified'
      readonly currency: string
      readonly payment?: DefaultProvider | undefined
      readonly serverKeys?: readonly AppId[] | undefined
      readonly resolution?: Resolution | undefined
    }
  | { readonly from: 'tickets'; readonly currency: string; readonly appId: AppId; readonly eventId: EventId }

interface MoveOptions {
  readonly store: string
  readonly quiet: boolean
  readonly dryRun: boolean
}

/**
 * An app that says nothing of its payments is as one that is made in the old console: they are simulated where core allows that,
 * and else its server sees to them.
 */
const unsaid = (env: Readonly<Record<string, string | undefined>>): DefaultProvider => ({
  paymentProvider: env.ALLOW_SIMULATED_PAYMENTS === '1' ? 'simulated' : 'external',
  paymentAccount: paymentAccountDefault,
})

const read = (reading: Reading, source: Source): Promise<Legacy> =>
  source.from === 'tickets'
    ? readTickets(reading, source)
    : readUnified(reading, { ...source, payment: source.payment ?? unsaid(process.env) })

/** The lines by which the edge knows what calls without a key, or of TicketS, are of. */
function settingsOf(source: Source, { apps }: Legacy): string[] {
  if (source.from === 'tickets')
    return [`TICKETS_APP_ID=${source.appId}`, `TICKETS_EVENT_ID=${source.eventId}`]
  const active = apps.filter(({ app }) => app.active).map(({ app }) => app.appId)
  if (active.length === 1) return [`UNIFIED_APP_ID=${active[0]}`]
  const choice = active.length === 0 ? 'none of the apps is active' : `choose one of ${active.join(', ')}`
  return [`UNIFIED_APP_ID: the app that people sign up at; ${choice}`]
}

const keyTodo = 'to that of core: bookings that move get their receipts now'

/** What signs receipts by RECEIPT_KEY; null: it is not set to a key. */
async function receiptsOf(source: string | undefined): Promise<Receipts | null> {
  const { data: key } = ReceiptKey.safeParse(source)
  return key ? createReceipts(key, systemPlatform) : null
}

/** A dry run does not make the file of a store that is not there. */
const openToLook = (url: string): Promise<Store> =>
  openStore(url.startsWith('sqlite:') && !existsSync(url.slice('sqlite:'.length)) ? 'sqlite::memory:' : url)

/**
 * Brings a folder of mongoexport files into a store, and tells what was new; a dry run tells the same and writes nothing.
 * @throws LegacyError with all that is against it, before anything is written.
 */
export async function moveFrom(
  source: Source,
  folder: string,
  { store: url, quiet, dryRun }: MoveOptions,
): Promise<string> {
  const receipts = await receiptsOf(process.env.RECEIPT_KEY)
  if (!dryRun && !receipts) throw new LegacyError(`set RECEIPT_KEY ${keyTodo}`)
  const store = await (dryRun ? openToLook(url) : openStore(url).then(patientStore))
  const { phase, end } = showProgress({ quiet })
  try {
    await assertWhole(store)
    const diagnostics = createDiagnostics()
    phase('reading', null)
    const legacy = await read({ folder, diagnostics, platform: systemPlatform }, source)
    const plan = await planMove({ store, diagnostics }, legacy, phase('comparing', sizeOf(legacy)))
    diagnostics.refuseFaults()
    if (!receipts) diagnostics.warn({ file: 'RECEIPT_KEY' }, `is to be set ${keyTodo}`)
    else if (!dryRun) await moveIn({ ...recordingOn(store), receipts }, plan, phase)
    return reportOf(
      dryRun
        ? `Dry run, nothing is written. ${shownUrl(url)} would have what the files say:`
        : `${shownUrl(url)} has what the files say:`,
      {
        ...{ legacy, plan, warnings: diagnostics.warnings(), settings: settingsOf(source, legacy) },
        keys: source.from === 'unified' ? keyLines(legacy, plan, source.serverKeys) : [],
      },
    )
  } finally {
    end()
    await store.close()
  }
}

const sizeOf = ({ apps, users, events, sales }: Legacy): number =>
  events.reduce((sum, { seats }) => sum + seats.length, apps.length + users.length + sales.length)
