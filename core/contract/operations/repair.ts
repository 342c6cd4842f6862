import { RepairQuery, RepairStatus } from '../repair.ts'
import { json, type Operation } from './operation.ts'

/** What the operator is told of background work. */
export const repairOperations = {
  readRepair: {
    method: 'GET',
    path: '/v1/admin/repair',
    tag: 'Admin',
    summary: 'Ask how background work goes: who does it, what waits, and what was mended of each event',
    notes:
      'Any core answers the same: it reads what the one that has the lease writes down each second, and counts what waits. An event is listed until its sale is closed and nothing of it is due.',
    caller: 'admin',
    repeat: 'always',
    query: RepairQuery,
    answers: { 200: json(RepairStatus) },
    problems: [],
    example: {
      query: { limit: '1' },
      status: 200,
      answer: {
        lease: {
          host: 'shop-holdfast-core-7d9c5b6f4-x2x9k',
          since: '2026-11-23T11:00:00.000Z',
          until: '2026-11-23T12:00:05.000Z',
          rounds: [
            { name: 'repair', endedAt: '2026-11-23T12:00:00.000Z', tookMs: 12, count: 3_600, failures: 0 },
          ],
        },
        outbox: { open: 0, oldestAt: null, dead: 0 },
        payments: { stuck: 0, refusedRefunds: 0 },
        events: [
          {
            app: 'app_4HkT9wQzX2nVb6RyLc8MjD',
            event: 'theatre',
            builds: 1,
            losses: 0,
            inventory: { isBuilt: true, waiting: 3, due: 0, ledgerLag: 0 },
            check: {
              checkedAt: '2026-11-23T11:55:00.000Z',
              differing: 0,
              lacked: [],
              mended: 0,
              mendedAt: null,
            },
          },
        ],
        nextCursor: 'YXBwXzRIa1Q5d1F6WDJuVmI2UnlMYzhNakQvdGhlYXRyZQ',
      },
    },
  },
} as const satisfies Record<string, Operation>
