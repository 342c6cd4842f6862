import { type Client, createClient, HoldfastProblem } from '@holdfast/client'
import { pageSizeMax, problemsOf } from '@holdfast/contract'
import { Command } from 'commander'
import { ownSession, SessionSettings } from './own-session.ts'

interface Options {
  readonly edge: string
}

const [seat, eventId] = ['S-1', 'smoke']

/** A system that has just been rolled out may need a moment, and has it. */
const retries = { attempts: 20, withinMs: 60_000 }

/**
 * Sells the only seat of an event, and sees that nobody else gets it.
 * @returns the booking's id
 */
async function sellOne(server: Client): Promise<string> {
  await server.putEvent({ eventId, name: 'A smoke test', currency: 'EUR' })
  await server.putSeats({ eventId, seats: [{ id: seat, price: 0 }] })
  const ann = server.with({ externalUser: { id: 'ann' } })
  const hold = await ann.createHold({ eventId, seats: [seat] })
  const booking = await ann.confirmHold({ eventId, holdId: hold.id })

  const bob = server.with({ externalUser: { id: 'bob' } })
  const refusal = await bob.createHold({ eventId, seats: [seat] }).then(
    () => 'a hold',
    (error: unknown) => (error instanceof HoldfastProblem ? error.code : error),
  )
  if (refusal instanceof Error) throw refusal
  if (refusal !== 'seats_unavailable') throw new Error(`a seat was sold, and the next buyer got ${refusal}`)

  const read = await ann.readBooking({ bookingId: booking.id })
  if (read.status !== 'confirmed') throw new Error(`the booking was confirmed, and is ${read.status}`)
  return booking.id
}

/** By which an app of a smoke test is known, whoever made it. */
const mark = { madeBy: 'holdfast smoke' }
const isOurs = ({ metadata }: { readonly metadata: unknown }): boolean =>
  metadata instanceof Object && 'madeBy' in metadata && metadata.madeBy === mark.madeBy

/** Deactivates every app of a smoke test: this one's, and those of tests that were cut off. */
async function putAway(admin: Client): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await admin.listApps({ active: true, limit: pageSizeMax, ...(cursor && { cursor }) })
    for (const { id: appId } of page.apps.filter(isOurs)) await admin.deactivateApp({ appId })
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

/** A session of the first admin, by the settings of core. */
async function signIn(source: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { data, error } = SessionSettings.safeParse(source)
  if (error)
    throw new Error(
      `the smoke test needs these settings of core:\n  ${problemsOf(error, source).join('\n  ')}`,
    )
  const { token } = await ownSession(data)
  return token
}

async function smoke({ edge }: Options): Promise<string> {
  const admin = createClient({ baseUrl: edge, retries, adminToken: await signIn(process.env) })
  // It takes no money: its seats are free.
  const { secretKey } = await admin.createApp({
    name: 'A smoke test',
    paymentProvider: 'none',
    metadata: mark,
  })
  try {
    return await sellOne(createClient({ baseUrl: edge, apiKey: secretKey, retries }))
  } finally {
    await putAway(admin)
  }
}

/** `holdfast smoke` */
export const smokeCommand = (): Command =>
  new Command('smoke')
    .description(
      'asks a running Holdfast for what it is there for: makes an app, sells its only seat, sees that nobody else ' +
        'gets it, and deactivates the app; sales of others are not touched. Nobody signs in for it: the environment ' +
        'has ADMIN_TOKEN_SECRET and the first admin, as that of core has',
    )
    .requiredOption('--edge <url>', 'where the edge answers')
    .action(async (options: Options) => {
      console.log(`held and booked: ${await smoke(options)}`)
    })
