import { readFileSync } from 'node:fs'
import { ticketsHolds } from '@holdfast/contract'
import { operations } from '@holdfast/contract/operations'
import { cinema, coach, theatre } from './venues.ts'

const planFile = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'))

/** The reference tells of this theatre, so its examples come to what is answered here. */
const { charges, cancellation } = operations.readEvent.example.answer

/** The events that the local stack sells: what is sent to PUT /v1/events/{e} and to its /plan. */
export const demoEvents = [
  {
    eventId: 'theatre',
    input: {
      name: 'A Midsummer Night’s Dream',
      currency: 'EUR',
      startsAt: '2027-06-24T19:30:00Z',
      charges,
      cancellation,
    },
    importPlan: {
      plan: planFile('theatre'),
      prices: { Premium: 9500, Stalls: 7000, Circle: 5500, Balcony: 3000 },
      accessible: theatre().accessible,
    },
  },
  {
    eventId: 'cinema',
    input: {
      name: 'Metropolis (1927)',
      currency: 'EUR',
      startsAt: '2027-01-10T20:00:00Z',
      // The clients of TicketS buy here.
      ...ticketsHolds,
    },
    importPlan: {
      plan: planFile('cinema'),
      prices: { Standard: 1200, Premium: 1500, VIP: 1800 },
      accessible: cinema().accessible,
    },
  },
  {
    eventId: 'coach',
    input: {
      name: 'Coach to the sea',
      currency: 'EUR',
      startsAt: '2027-05-01T07:15:00Z',
      holdTtlMs: 120_000,
    },
    importPlan: {
      plan: planFile('coach'),
      prices: { Front: 3900, Standard: 2900 },
      accessible: coach().accessible,
    },
  },
] as const
