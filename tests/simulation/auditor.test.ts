import { dayMs } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { createHistory, docOf, type History, one, ref, startMs, two } from './history.ts'

const { booking, decided, seat } = docOf

/** A sale as it should be: held, pinned, decided, booked. */
function sell(history: History, { bookingId = 'BK-1', grant = one } = {}): void {
  history.held(grant, 'A-1')
  history.said('pin', grant, 'pinned')
  history.commit(
    ['reservations', decided(grant, 'CONFIRMED', bookingId)],
    ['seats', seat('A-1', bookingId, grant)],
    ['bookings', booking(bookingId, grant)],
  )
}

const bad: readonly (readonly [name: string, history: (history: History) => void])[] = [
  [
    'I1: a seat that has two live bookings',
    (h) => {
      sell(h)
      h.commit(['reservations', decided(two, 'CONFIRMED', 'BK-2')], ['bookings', booking('BK-2', two)])
    },
  ],
  ['I2: a seat that is sold by no booking', (h) => h.commit(['seats', seat('A-1', 'BK-1', one)])],
  [
    'I2: a booking whose grant was decided against',
    (h) =>
      h.commit(
        ['reservations', decided(one, 'EXPIRED')],
        ['seats', seat('A-1', 'BK-1', one)],
        ['bookings', booking('BK-1', one)],
      ),
  ],
  ['I3: money that is taken before there is a booking', (h) => h.auditor.captures('pay_1', 'BK-1')],
  [
    'I3: money that was taken for nothing and is kept',
    (h) => {
      h.commit(['payments', { appId: 'app_1', paymentId: 'pay_1', captured: 100, dueAt: null }])
      h.auditor.judge()
    },
  ],
  [
    'I4: a seat that is given to a second holder',
    (h) => {
      h.held(one, 'A-1')
      h.held(two, 'A-1')
    },
  ],
  [
    'I5: a confirm that is refused within the time of its hold',
    (h) => {
      h.held(one, 'A-1')
      h.said('pin', one, 'expired')
    },
  ],
  [
    'I5: a hold that somebody else gives back',
    (h) => {
      h.held(one, 'A-1')
      h.said('release', one, 'released', 'bob')
    },
  ],
  [
    'I5: a seat that is sold to another while it is held',
    (h) => {
      h.held(two, 'A-1')
      h.commit(['seats', seat('A-1', 'BK-1', one)])
    },
  ],
  [
    'I5: a grant that is decided against within its time',
    (h) => {
      h.held(one, 'A-1')
      h.commit(['reservations', decided(one, 'EXPIRED')])
    },
  ],
  [
    'I5: a sold seat that is promised again',
    (h) => {
      sell(h)
      h.held(two, 'A-1')
    },
  ],
  [
    'I6: a seat that a hold keeps long after its end',
    (h) => {
      h.commit(['seats', seat('A-1', null, null)])
      h.redisHas('A-1', `0|0|100|C|0|${one}|1000000`, 'C')
      h.auditor.look()
      h.wait(61_000)
      h.auditor.look()
    },
  ],
  ['I7: a hold of other seats than were asked for', (h) => h.held(one, 'A-1', 'A-1,A-2')],
  [
    'I7: a booking of a part of its hold',
    (h) => {
      h.held(one, 'A-1,A-2')
      h.commit(
        ['reservations', decided(one, 'CONFIRMED', 'BK-1')],
        ['seats', seat('A-1', 'BK-1', one)],
        ['bookings', booking('BK-1', one)],
      )
    },
  ],
  [
    'I8: a key that is answered in two ways',
    (h) => {
      h.told({ text: 'BK-1' })
      h.told({ text: 'BK-2' })
    },
  ],
  [
    'I8: a key whose answer is not what is on record',
    (h) => {
      sell(h)
      h.told({ text: 'BK-1' })
      h.commit(['idempotency', { appId: 'app_1', key: 'key', reply: { body: 'BK-2' } }])
      h.auditor.judge()
    },
  ],
  [
    'I8: a hold that comes again and is refused',
    (h) => {
      h.held(one, 'A-1')
      h.held(one, 'A-1', 'A-1', 'unavailable')
    },
  ],
  [
    'I8: a grant that became two bookings',
    (h) => {
      sell(h)
      h.told({ key: 'first', body: { id: 'BK-1' } })
      h.told({ key: 'second', body: { id: 'BK-2' } })
      h.auditor.judge()
    },
  ],
  [
    'I9: a decision that is changed',
    (h) => {
      const before = decided(one, 'EXPIRED')
      h.commit(['reservations', before])
      h.commit(['reservations', decided(one, 'CONFIRMED', 'BK-1'), before])
    },
  ],
  [
    'I9: a decision that is deleted long before its time',
    (h) => {
      const before = { ...decided(one, 'EXPIRED'), expiresAt: new Date(startMs + 60_000) }
      h.commit(['reservations', before])
      h.commit(['reservations', undefined, before])
    },
  ],
  [
    'I9: a decision for a hold that is deleted, whenever that is',
    (h) => {
      const before = { ...decided(one, 'CONFIRMED', 'BK-1'), expiresAt: new Date(startMs + 90 * dayMs) }
      h.commit(['reservations', before])
      h.commit(['reservations', undefined, before])
    },
  ],
  [
    'I9: a hold that is sold after the decision against it was deleted',
    (h) => {
      const before = { ...decided(one, 'EXPIRED'), expiresAt: new Date(startMs + 30 * dayMs) }
      h.commit(['reservations', before])
      h.wait(31 * dayMs)
      h.commit(['reservations', undefined, before])
      h.commit(['reservations', decided(one, 'CONFIRMED', 'BK-1')])
    },
  ],
  [
    'I9: a booking that was told and is not there',
    (h) => {
      h.told({ body: { id: 'BK-1' } })
      h.auditor.judge()
    },
  ],
  [
    'I9: a refund that a time to live deletes',
    (h) => {
      const refund = { appId: 'app_1', refundId: 'rf_1', state: 'DONE' }
      h.commit(['refunds', refund])
      h.commit(['refunds', undefined, refund])
    },
  ],
  [
    'I10: a promise of a commit that is never carried out',
    (h) => {
      h.commit(['outbox', { appId: 'app_1', kind: 'settle', subject: 'BK-1', status: 'READY' }])
      h.auditor.judge()
    },
  ],
  [
    'I10: a promise of a commit that a time to live deletes',
    (h) => {
      const row = { appId: 'app_1', kind: 'settle', subject: 'BK-1', status: 'READY' }
      h.commit(['outbox', row])
      h.commit(['outbox', undefined, row])
    },
  ],
  [
    'I10: a payment and a refund that never come to rest',
    (h) => {
      h.commit(
        [
          'payments',
          { appId: ref.appId, paymentId: 'pay_1', captured: 0, state: 'PENDING', dueAt: new Date(0) },
        ],
        ['refunds', { appId: ref.appId, refundId: 'rf_1', state: 'PENDING' }],
      )
      h.auditor.judge()
      expect(h.broken()).toHaveLength(2)
    },
  ],
  [
    'I10: a sold seat that Redis says is free',
    (h) => {
      h.redisHas('A-1', '0|0|100|F|0||0', 'F')
      sell(h)
      h.commit(['payments', { appId: ref.appId, paymentId: 'pay_1', captured: 100, dueAt: null }])
      h.auditor.judge()
    },
  ],
  [
    'I11: a sold seat that goes back on sale without a reason',
    (h) => {
      sell(h)
      h.commit(['seats', seat('A-1', null, null), seat('A-1', 'BK-1', one)])
    },
  ],
  [
    'I12: an answer to somebody of another app',
    (h) => h.told({ who: 'stranger', action: 'release', status: 204 }),
  ],
  [
    'I12: a hold that is recorded for another app',
    (h) => h.commit(['reservations', { ...decided(one, 'ACTIVE'), appId: `${ref.appId}_other` }]),
  ],
  [
    'I12: a webhook that is heard for an app that has sold nothing',
    (h) => h.commit(['providerEvents', { appId: `${ref.appId}_other`, providerEventId: 'evt_1' }]),
  ],
  [
    'I12: a booking that somebody in another app got for a payment of this one',
    (h) => h.told({ who: 'thief', action: 'confirm', status: 201 }),
  ],
  ['I13: a request that is never answered', (h) => h.auditor.late('POST /v1/events', 26_000)],
  ['I13: a client that broke', (h) => h.auditor.broke(new Error('unreadable'))],
]

describe('the auditor of the simulation sees', () => {
  test.each(bad)('%s', (name, happen) => {
    const history = createHistory()
    happen(history)
    expect(history.broken()).toContain(name.split(':')[0])
  })

  test('nothing in a history that is as it should be', () => {
    const history = createHistory()
    sell(history)
    history.told({})
    history.told({})
    history.commit(['payments', { appId: ref.appId, paymentId: 'pay_1', captured: 100, dueAt: null }])
    history.auditor.look()
    history.wait(100_000)
    history.auditor.look()
    expect(history.auditor.violations).toEqual([])
  })
})
