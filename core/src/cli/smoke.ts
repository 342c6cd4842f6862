import { type Client, createClient, HoldfastProblem } from '@holdfast/client'
import { Command, Option } from 'commander'

interface Options {
  readonly edge: string
  readonly email: string
  readonly password: string
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

async function smoke({ edge, email, password }: Options): Promise<string> {
  const anybody = createClient({ baseUrl: edge, retries })
  const { token } = await anybody.logInAdmin({ email, password })
  const admin = anybody.with({ adminToken: token })
  // It takes no money: its seats are free.
  const { app, secretKey } = await admin.createApp({ name: 'A smoke test', paymentProvider: 'none' })
  try {
    return await sellOne(createClient({ baseUrl: edge, apiKey: secretKey, retries }))
  } finally {
    await admin.deactivateApp({ appId: app.id })
  }
}

/** `holdfast smoke` */
export const smokeCommand = (): Command =>
  new Command('smoke')
    .description(
      'asks a running Holdfast for what it is there for: makes an app, sells its only seat, sees that nobody else ' +
        'gets it, and deactivates the app; sales of others are not touched',
    )
    .requiredOption('--edge <url>', 'where the edge answers')
    .addOption(new Option('--email <email>', "the admin's").env('ADMIN_EMAIL').makeOptionMandatory())
    .addOption(
      new Option('--password <password>', "the admin's; better by the environment than here")
        .env('ADMIN_PASSWORD')
        .makeOptionMandatory(),
    )
    .action(async (options: Options) => {
      console.log(`held and booked: ${await smoke(options)}`)
    })
