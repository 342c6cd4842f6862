import {
  GuestMerge,
  GuestMergeRequest,
  GuestRequest,
  GuestSession,
  LogInRequest,
  SignUpRequest,
  UserSession,
  Whoami,
} from '../auth.ts'
import { Nothing } from '../paths.ts'
import { exampleHold } from './holds.ts'
import { json, type Operation } from './operation.ts'

export const credentials = { email: 'ada@example.com', password: 'correct horse battery' }

/** As it is mailed. */
export const exampleCode = '20261123'

export const session = {
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwb29sOnVzcl8xIn0.c2lnbmF0dXJl',
  expiresInSeconds: 604_800,
  user: {
    id: 'usr_5XhQ2mVnB8cJd3KfRt7WyZ',
    email: credentials.email,
    emailVerified: true,
    name: 'Ada',
    phone: null,
    createdAt: '2026-11-23T12:00:00.000Z',
  },
} as const

/** Buyers: one pool of users for all apps, and guests of one app. */
export const userOperations = {
  signUp: {
    method: 'POST',
    path: '/v1/auth/signup',
    tag: 'Users',
    summary: 'Sign a user up',
    notes:
      'With the `code` that `POST /v1/auth/codes` has mailed. One account serves all apps, by signing in to each. One address begins 20 accounts of an app a minute, one of a network in `clientNetworks` in proportion to its units. A server that names its buyer’s `x-client-address` is counted by that.',
    caller: 'app',
    repeat: 'never',
    body: SignUpRequest,
    answers: { 201: json(UserSession) },
    problems: ['invalid_credentials', 'email_taken', 'user_deactivated', 'outcome_unknown'],
    example: { body: { ...credentials, code: exampleCode, name: 'Ada' }, status: 201, answer: session },
  },
  logIn: {
    method: 'POST',
    path: '/v1/auth/login',
    tag: 'Users',
    summary: 'Sign a user in',
    notes:
      'Right passwords are free, however many. For an account from one address five wrong ones cost no time, then each doubles the pause, from 1 s to 60 s, until the right one comes; an address (IPv6: a /64; one of a network in `clientNetworks` in proportion) has 100 wrong ones an hour. Fifty wrong ones for an account, wherever they come from, slow it down everywhere but where somebody has signed in to it within 90 days. Each app is counted by itself. A server is counted by its buyer’s `x-client-address`; those of an app that name no public one sign in 5 a second together. A refusal is 429 `rate_limited` and says in Retry-After how long to wait; that of an address has `scope` `address` and its `limit`.',
    caller: 'app',
    repeat: 'never',
    body: LogInRequest,
    answers: { 200: json(UserSession) },
    problems: ['invalid_credentials', 'user_deactivated', 'email_unverified'],
    example: { body: credentials, status: 200, answer: session },
  },
  createGuest: {
    method: 'POST',
    path: '/v1/auth/guest',
    tag: 'Users',
    summary: 'Make a guest, who buys without an account',
    notes:
      'An address makes 20 guests a minute and 100 an hour. Where the operator has a challenge (Cloudflare Turnstile), whoever has passed it sends its response as `challenge`, is not counted, and may hold more where many share an address.',
    caller: 'app',
    repeat: 'never',
    body: GuestRequest,
    answers: { 201: json(GuestSession) },
    problems: [],
    example: {
      body: {},
      status: 201,
      answer: { token: session.token, expiresInSeconds: 86_400, guest: { id: 'gst_2bNc8RtYq4WmZx7KdJfLpV' } },
    },
  },
  mergeGuest: {
    method: 'POST',
    path: '/v1/auth/guest/merge',
    tag: 'Users',
    summary: 'Take a guest’s holds and bookings along into an account',
    notes:
      'For a guest who has signed up or in: called as the account (its token, or a server with `x-external-user-id`), with the guest’s token in the body. Holds go on as they are, as many as one buyer may hold; bookings get the account as their owner, their signed receipts stay. `events` names those whose holds are a second old or less; older ones are found. A guest goes to one account only (409 `guest_merged`); the same account may call again, which is safe, and brings what the guest’s token has bought since. What is in `left` follows by itself: a booking within two minutes, a hold when the account has room for it. An answer that the guest’s `Idempotency-Key` got is the guest’s: as the account read the booking.',
    caller: 'buyer',
    repeat: 'always',
    body: GuestMergeRequest,
    answers: { 200: json(GuestMerge) },
    problems: ['guest_merged'],
    example: {
      body: { guestToken: session.token, events: ['theatre'] },
      status: 200,
      answer: { holds: [exampleHold], bookings: 1, left: [] },
    },
  },
  verifyUser: {
    method: 'POST',
    path: '/v1/auth/verify',
    tag: 'Users',
    summary: 'Ask who a token is of',
    caller: 'buyer',
    repeat: 'always',
    body: Nothing,
    answers: { 200: json(Whoami) },
    problems: [],
    example: {
      body: {},
      status: 200,
      answer: { valid: true, principal: `pool:${session.user.id}`, user: session.user },
    },
  },
} as const satisfies Record<string, Operation>
