import { AdminOutboxQuery, OutboxPage, OutboxRow, RetryRowRequest } from '../outbox.ts'
import { OutboxRowPath } from '../paths.ts'
import { json, type Operation } from './operation.ts'

const row = {
  id: '1795608000000.settle.row_3LkT9wQzX2nVb6RyLc8MjD',
  app: 'app_4HkT9wQzX2nVb6RyLc8MjD',
  kind: 'settle',
  event: 'theatre',
  subject: 'BK-20261123-7K2M9Q',
  status: 'done',
  attempts: 0,
  dueAt: '2026-11-23T12:00:02.000Z',
  createdAt: '2026-11-23T12:00:00.000Z',
} as const

/** What the operator does about promises that were not kept. */
export const outboxOperations = {
  listOutbox: {
    method: 'GET',
    path: '/v1/admin/outbox',
    tag: 'Admin',
    summary: 'List the rows of the outbox, newest first: the dead ones, or others',
    notes:
      'A row is a promise that was stored with a change. What fails for reasons of its own is tried some times and is `dead` then; it is kept until it is retried.',
    caller: 'admin',
    repeat: 'always',
    query: AdminOutboxQuery,
    answers: { 200: json(OutboxPage) },
    problems: [],
    example: {
      query: { status: 'done', limit: '1' },
      status: 200,
      answer: { rows: [row], nextCursor: row.id },
    },
  },
  retryOutboxRow: {
    method: 'POST',
    path: '/v1/admin/outbox/{rowId}/retry',
    tag: 'Admin',
    summary: 'Do a row of the outbox now, as if it had never been tried',
    notes: 'A row that is done is done once more, which changes nothing where all is well.',
    caller: 'admin',
    role: 'support',
    repeat: 'always',
    params: OutboxRowPath,
    body: RetryRowRequest,
    names: { app: 'app' },
    answers: { 200: json(OutboxRow) },
    problems: [],
    example: { params: { rowId: row.id }, body: { app: row.app }, status: 200, answer: row },
  },
} as const satisfies Record<string, Operation>
