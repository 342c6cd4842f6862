/*
 * The ids of what the predecessors' clients name, which is any text: the edge knows it by these when they call, and so does the
 * import of what they sold before.
 */
import * as z from 'zod'
import { PaymentAccount, PaymentProvider, paymentAccountDefault } from './apps.ts'
import { SeatInput } from './events.ts'
import { base62Of, EventId, idPattern, SeatId } from './ids.ts'
import { foreignIdLengthMax } from './limits.ts'
import type { SeatMetadata } from './metadata.ts'
import { Name } from './names.ts'
import type { Platform } from './platform.ts'

/** The id of a document of MongoDB. A seat that was imported kept its own. */
export const objectIdPattern = /^[0-9a-f]{24}$/

/** An id of somebody else's system: a number there is its text here, and spaces around it say nothing. */
export const ForeignId = z
  .union([z.string(), z.int().min(0)], 'must be text or a whole number')
  .transform((id) => String(id).trim())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(foreignIdLengthMax, `must have at most ${foreignIdLengthMax} characters`)
      .refine((id) => id.isWellFormed(), 'must be well-formed Unicode'),
  )

/** The same text is the same id again. */
const derived = async (
  { sha256 }: Pick<Platform, 'sha256'>,
  prefix: keyof typeof derivedForms,
  text: string,
): Promise<string> => `${prefix}-${base62Of(await sha256(new TextEncoder().encode(text)))}`

/** What an app's own user is called here. */
export const foreignUserId = async (platform: Pick<Platform, 'sha256'>, id: string): Promise<string> =>
  idPattern.test(id) ? id : derived(platform, 'user', id)

/** The event that an entity of the Unified Booking Backend is. */
export const entityEventId = async (platform: Pick<Platform, 'sha256'>, entityId: string): Promise<EventId> =>
  EventId.parse(idPattern.test(entityId) ? entityId : await derived(platform, 'entity', entityId))

/** Ids that stand for another text, by what they are of. */
const derivedForms = {
  user: /^user-[0-9A-Za-z]{22}$/,
  entity: /^entity-[0-9A-Za-z]{22}$/,
  seat: /^seat-[0-9A-Za-z]{22}$/,
} as const

/**
 * Whether an id has the form of those that stand for another text. Nobody may give one to something new: anybody can work out
 * which text it would be taken for, and so be another user, or sell another seat.
 */
export const isDerivedId = (of: keyof typeof derivedForms, id: string): boolean => derivedForms[of].test(id)

/** What is said where one is given. */
export const derivedIdRefused = 'has the form of an id that stands for another text here: use another id'

/** The id of an app's own user, as the app has it: `auth0|…`, an address of mail, a URN. */
export const ForeignUserId = ForeignId.refine((id) => !isDerivedId('user', id), derivedIdRefused)

/** Whether an event is that of an entity whose own id could be none: then the event's name is that id. */
export const isDerivedEvent = (eventId: EventId): boolean => isDerivedId('entity', eventId)

/**
 * The seat that a guid of a plan is. One that could be no id stands for a digest, as does one that has the form of those: no
 * two guids are one seat.
 */
export const planSeatId = async (platform: Pick<Platform, 'sha256'>, guid: string): Promise<SeatId> =>
  SeatId.parse(
    idPattern.test(guid) && !isDerivedId('seat', guid) ? guid : await derived(platform, 'seat', guid),
  )

/** The seat that a number stands for. The form of an imported seat's id is left to those. */
export async function numberedSeatId(
  platform: Pick<Platform, 'sha256'>,
  seatNumber: string,
): Promise<SeatId> {
  const isId = idPattern.test(seatNumber) && !objectIdPattern.test(seatNumber)
  return SeatId.parse(isId ? seatNumber : await derived(platform, 'seat', seatNumber))
}

/** `razorpay` or `razorpay:concerts`: by what an app is paid that cannot say so itself, and at which account. */
export const DefaultProvider = z
  .string()
  .transform((text) => {
    const [paymentProvider, paymentAccount = paymentAccountDefault, ...more] = text.split(':')
    return more.length > 0 ? undefined : { paymentProvider, paymentAccount }
  })
  .pipe(
    z.object(
      { paymentProvider: PaymentProvider, paymentAccount: PaymentAccount },
      'must be a provider, or a provider and its account, such as razorpay:default',
    ),
  )
export type DefaultProvider = z.infer<typeof DefaultProvider>

const label = z
  .preprocess((value) => (typeof value === 'number' ? String(value) : value), Name.optional())
  .catch(undefined)
const { x, y, accessible } = SeatInput.shape

/** What says nothing there, or nothing that fits, takes nothing away. */
const said = <Schema extends z.ZodType>(schema: Schema) => schema.catch(undefined as never)

const Places = z.object({
  section: label,
  row: label,
  category: label,
  x: said(x.unwrap().unwrap().optional()),
  y: said(y.unwrap().unwrap().optional()),
  accessible: said(accessible.unwrap().unwrap().optional()),
})

/** What of a seat's metadata a chart has a place for too: it is free text there, so what fits no place stays where it is. */
export const placesIn = (metadata: SeatMetadata): Partial<SeatInput> =>
  Object.fromEntries(Object.entries(Places.parse(metadata)).filter(([, value]) => value !== undefined))
