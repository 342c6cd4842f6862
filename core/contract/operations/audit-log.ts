import { AdminAuditLogQuery, AuditLogPage, AuditLogQuery } from '../audit-log.ts'
import { json, type Operation } from './operation.ts'

const byServer = {
  id: 'aud_mXq1b0zVJk4t7uYdE2cR9sLwNf5hG8pA3iKoZyTjQ6U',
  at: '2026-11-23T12:00:00.000Z',
  app: 'app_4HkT9wQzX2nVb6RyLc8MjD',
  actor: { kind: 'key', id: '7Tq2Yb9LxW4nVd6RcJ8MkZ' },
  user: null,
  operation: 'putSeats',
  outcome: 'changed',
  fields: ['seats'],
  object: 'theatre',
  ids: [{ name: 'eventId', id: 'theatre' }],
  address: '203.0.113.7',
  requestId: 'req_2LkT9wQzX2nVb6RyLc8MjD',
} as const

const byAdmin = {
  ...byServer,
  id: 'aud_Pz8kH3nVb6RyLc8MjD1wQxT9s0fU5gE7iYoKa2dJ4mC',
  at: '2026-11-23T11:59:00.000Z',
  actor: { kind: 'admin', id: 'admin@holdfast.local' },
  operation: 'rotateKey',
  fields: ['kind', 'overlapSeconds'],
  object: 'app_4HkT9wQzX2nVb6RyLc8MjD',
  ids: [
    { name: 'appId', id: 'app_4HkT9wQzX2nVb6RyLc8MjD' },
    { name: 'keyId', id: '7Tq2Yb9LxW4nVd6RcJ8MkZ' },
  ],
  address: '198.51.100.4',
  requestId: 'req_3MkT9wQzX2nVb6RyLc8MjD',
} as const

const notes =
  'Every write of an admin, and of a server with a secret key, has an entry, which is stored with the change itself: the operation and the names of the fields that were sent, never a value. Refused calls have none. What a buyer holds and books is not here, whoever calls for them: the signed receipts and their chain are the log of that; cancellations by a server are.'

/** Who changed what. */
export const auditLogOperations = {
  listAllAuditEntries: {
    method: 'GET',
    path: '/v1/admin/audit-log',
    tag: 'Admin',
    summary: 'List who changed what, newest first',
    notes: `${notes} \`app\` is null for what is of no app. Admins who are configured are told by their names, others by the digest that is kept; \`actor\` takes either, or the id of a key, or \`cli\`.`,
    caller: 'admin',
    repeat: 'always',
    query: AdminAuditLogQuery,
    answers: { 200: json(AuditLogPage) },
    problems: [],
    example: {
      query: { app: byAdmin.app, actor: byAdmin.actor.id, limit: '10' },
      status: 200,
      answer: { entries: [byAdmin] },
    },
  },
  listAuditEntries: {
    method: 'GET',
    path: '/v1/audit-log',
    tag: 'Inventory',
    summary: 'List who changed what of the app, newest first',
    notes: `${notes} Of what an admin did to the app it tells neither name nor address.`,
    caller: 'server',
    repeat: 'always',
    query: AuditLogQuery,
    answers: { 200: json(AuditLogPage) },
    problems: [],
    example: {
      query: { operation: 'putSeats', object: 'theatre', limit: '10' },
      status: 200,
      answer: { entries: [byServer] },
    },
  },
} as const satisfies Record<string, Operation>
