import {
  type PaymentProvider,
  Problem,
  priceFault,
  type RequestFault,
  type SeatId,
  sumsOf,
} from '@holdfast/contract'
import type { EventDoc, SeatDoc } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'
import { seatPages } from './seat-pages.ts'

/** A price, and where the request says it. */
export interface StatedPrice {
  readonly path: string
  readonly price: number
}

/**
 * Refuses prices that the provider of the app could never charge, or never give back: a seat that is sold for one would have
 * a buyer whose money cannot be returned.
 * @throws Problem `invalid_request`
 */
export function assertPricesPayable(
  provider: PaymentProvider,
  currency: string,
  prices: readonly StatedPrice[],
): void {
  const errors = prices.flatMap(({ path, price }): RequestFault[] => {
    const message = priceFault(provider, currency, price)
    return message === null ? [] : [{ path, message }]
  })
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

type Reading = Pick<Statements, 'find'>

/** A seat of the event whose price this provider could never charge. */
async function unpayableSeat(
  store: Reading,
  { appId, eventId, currency }: EventDoc,
  provider: PaymentProvider,
): Promise<SeatDoc | null> {
  const sums = sumsOf(provider, currency)
  if (sums?.step === 1) {
    if (sums.least === 1) return null
    const price = { gt: 0, lt: sums.least }
    const [seat] = await store.find(appId, 'seats', { eventId, price }, { limit: 1 })
    return seat ?? null
  }
  for await (const page of seatPages(store, { appId, eventId })) {
    const seat = page.find(({ price }) => priceFault(provider, currency, price) !== null)
    if (seat) return seat
  }
  return null
}

const refusalOf = (
  { currency, eventId }: EventDoc,
  { seatId, price }: { readonly seatId: SeatId; readonly price: number },
  provider: PaymentProvider,
): string =>
  `the price ${price} of the seat ${seatId} of the event ${eventId} ${priceFault(provider, currency, price)}: change its prices, or close its sale`

/**
 * Whether an event can be on sale in an app that is paid by this provider.
 * @throws Problem `invalid_request`
 */
export async function assertEventPayable(
  store: Reading,
  event: EventDoc,
  { path, provider }: { readonly path: string; readonly provider: PaymentProvider },
): Promise<void> {
  const seat = await unpayableSeat(store, event, provider)
  if (!seat) return
  throw new Problem('invalid_request', { errors: [{ path, message: refusalOf(event, seat, provider) }] })
}

const eventsPerRead = 100

/**
 * Whether all that an app has on sale can be paid by the provider that it is to have. What is closed, or off sale for good, is
 * not in the way: it is asked again when its sale is opened.
 * @throws Problem `invalid_request`
 */
export async function assertSalesPayable(
  store: Pick<Store, 'find'>,
  {
    appId,
    provider,
    now,
  }: Pick<EventDoc, 'appId'> & { readonly provider: PaymentProvider; readonly now: Date },
): Promise<void> {
  const errors: RequestFault[] = []
  for (let after: EventDoc['eventId'] | undefined; ; ) {
    const filter = { sale: 'open', ...(after !== undefined && { eventId: { gt: after } }) } as const
    const events = await store.find(appId, 'events', filter, { orderBy: 'eventId', limit: eventsPerRead })
    for (const event of events) {
      if (event.offSaleAt && event.offSaleAt <= now) continue
      const seat = await unpayableSeat(store, event, provider)
      if (seat) errors.push({ path: 'paymentProvider', message: refusalOf(event, seat, provider) })
    }
    const last = events.at(-1)
    if (!last || events.length < eventsPerRead) break
    after = last.eventId
  }
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}
