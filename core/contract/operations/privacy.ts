import { Nothing } from '../paths.ts'
import { AppPersonRequest, EraseMeRequest, Erasure, PersonExport, PersonRequest } from '../privacy.ts'
import { json, type Operation } from './operation.ts'
import { session } from './users.ts'

const [account, external] = [`pool:${session.user.id}`, 'ext:app_demo:user-1']
const nothing = { account: null, sessions: [], bookings: [], payments: [], holds: [], isWhole: true }
const exported = (person: string) => ({ person, exportedAt: '2026-11-23T12:00:00.000Z', ...nothing })
const erased = (person: string) => ({ person, erasedAt: '2026-11-23T12:00:00.000Z' })

const whatGoes =
  'Name, e-mail and telephone number go, also out of bookings, and every session ends. What was bought, paid and signed stays under the person’s id, so that sums and the chain of receipts stay as they are. An app’s own user is known here by the id that the app has chosen, which stays in receipts.'

/** What people may ask of who keeps data of them. */
export const privacyOperations = {
  exportMe: {
    method: 'POST',
    path: '/v1/auth/export',
    tag: 'Users',
    summary: 'Have the own data',
    notes:
      'What this app has of the caller: the account, sessions, holds, payments, and bookings with their receipts.',
    caller: 'buyer',
    isAudited: true,
    repeat: 'always',
    body: Nothing,
    answers: { 200: json(PersonExport) },
    problems: [],
    example: { body: {}, status: 200, answer: exported(external) },
  },
  eraseMe: {
    method: 'POST',
    path: '/v1/auth/erase',
    tag: 'Users',
    summary: 'Have the own data erased',
    notes: `An account shows its \`password\` and goes as a whole, with what all apps have of it; of a guest and of an app’s own user, for whom its server calls, goes what this app has. ${whatGoes}`,
    caller: 'buyer',
    isAudited: true,
    repeat: 'never',
    body: EraseMeRequest,
    answers: { 200: json(Erasure) },
    problems: ['invalid_credentials'],
    example: { body: {}, status: 200, answer: erased(external) },
  },
  exportPerson: {
    method: 'POST',
    path: '/v1/people/export',
    tag: 'Users',
    summary: 'Give a person the data that the app has of them',
    notes:
      'By the `owner` of their bookings: a guest, an app’s own user, or an account, of which the app gets what it has itself.',
    caller: 'server',
    repeat: 'always',
    body: AppPersonRequest,
    names: { user: 'person' },
    answers: { 200: json(PersonExport) },
    problems: ['not_found'],
    example: { body: { person: external }, status: 200, answer: exported(external) },
  },
  erasePerson: {
    method: 'POST',
    path: '/v1/people/erase',
    tag: 'Users',
    summary: 'Erase the data that the app has of a person',
    notes: `Of an account only what this app has: its owner, or the operator, erases the rest. ${whatGoes}`,
    caller: 'server',
    repeat: 'always',
    body: AppPersonRequest,
    names: { user: 'person' },
    answers: { 200: json(Erasure) },
    problems: ['not_found'],
    example: { body: { person: external }, status: 200, answer: erased(external) },
  },
  exportAnybody: {
    method: 'POST',
    path: '/v1/admin/people/export',
    tag: 'Admin',
    summary: 'Give a person all data of them',
    notes: 'Of an account what all apps have; of a guest what the `app` has.',
    caller: 'admin',
    recentSignIn: true,
    repeat: 'always',
    body: PersonRequest,
    names: { app: 'app', user: 'person' },
    answers: { 200: json(PersonExport) },
    problems: ['not_found'],
    example: { body: { person: account }, status: 200, answer: exported(account) },
  },
  eraseAnybody: {
    method: 'POST',
    path: '/v1/admin/people/erase',
    tag: 'Admin',
    summary: 'Erase the data of a person',
    notes: whatGoes,
    caller: 'admin',
    recentSignIn: true,
    repeat: 'always',
    body: PersonRequest,
    names: { app: 'app', user: 'person' },
    answers: { 200: json(Erasure) },
    problems: ['not_found'],
    example: { body: { person: account }, status: 200, answer: erased(account) },
  },
} as const satisfies Record<string, Operation>
