import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  inventoryCallMs,
  newId,
  principal,
  systemPlatform,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import { SignJWT } from 'jose'
import { expect } from 'vitest'
import * as z from 'zod'
import { type ApiAnswer, callApi } from '../../edge/dev/api.ts'

/** A seat as the predecessor's pages draw it: these fields and no others. */
const Seat = z.strictObject({
  id: z.string(),
  row: z.string().nullable(),
  number: z.union([z.number(), z.string()]).nullable(),
  tier: z.string().nullable(),
  price: z.number(),
  state: z.enum(['available', 'locked', 'booked']),
  lockedBy: z.string().nullable(),
  ttl: z.int().nullable(),
})

/** What a client of TicketS reads, and nothing besides. */
export const said = {
  seats: z.strictObject({ seats: z.array(Seat) }),
  locked: z.strictObject({ success: z.literal(true), timeMs: z.number().min(0) }),
  notLocked: z.strictObject({ success: z.literal(false), message: z.string(), timeMs: z.number().min(0) }),
  paid: z.strictObject({ success: z.literal(true), txId: z.string() }),
  refused: z.strictObject({ success: z.literal(false), message: z.string() }),
  released: z.strictObject({ success: z.literal(true) }),
  registered: z.strictObject({ success: z.literal(true), message: z.string() }),
  session: z.strictObject({ success: z.literal(true), token: z.string(), userId: z.string() }),
  error: z.strictObject({ error: z.string() }),
}

/** What an answer says, if it has this status and just this form. */
export function saidIn<Schema extends z.ZodType>(status: number, schema: Schema, answer: ApiAnswer) {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  return schema.parse(answer.body)
}

/** A client as the predecessor's are: a base URL and a token, nothing else. */
export function ticketsClient(
  edgeUrl: string,
  token?: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const always = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const post = (path: string, body: unknown) =>
    callApi(`${edgeUrl}/api${path}`, { method: 'POST', headers: always, body })
  return {
    post,
    seats: () => callApi(`${edgeUrl}/api/seats`, { headers: always }),
    lock: (seatId: string) => post('/lock', { seatId }),
    pay: (seatId: string, idempotencyKey: string) => post('/pay', { seatId, idempotencyKey }),
    release: (seatId: string) => post('/release', { seatId }),
    async seat(id: string) {
      const { seats } = saidIn(200, said.seats, await callApi(`${edgeUrl}/api/seats`, { headers: always }))
      const found = seats.find((seat) => seat.id === id)
      if (!found) throw new Error(`there is no seat ${id}`)
      return found
    },
  }
}

/** A token as core makes it at a login, for a user that it has not asked to sign up first. */
export function tokenOf(userId: string, userTokenSecret: string): Promise<string> {
  const { typ, audience } = tokenKinds.user
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ })
    .setIssuer(tokenIssuer)
    .setAudience(audience)
    .setSubject(principal.pool(userId))
    .setJti(newId('tok', systemPlatform.random))
    .setIssuedAt()
    .setExpirationTime('7d')
    .sign(new TextEncoder().encode(userTokenSecret))
}

interface Rush {
  readonly edgeUrl: string
  readonly userTokenSecret: string
  readonly seatId: string
}

/**
 * Asks until there is an answer. Where the machine is busy with other things, the edge may have waited for Redis in vain, its
 * whole time, and then it does not know what became of the lock.
 */
async function lockUntilAnswered(client: ReturnType<typeof ticketsClient>, seatId: string) {
  for (let isAgain = false; ; isAgain = true) {
    const sentMs = performance.now()
    const answer = await client.lock(seatId)
    if (answer.status !== 500) return { answer, isAgain }
    saidIn(500, said.error, answer)
    expect(performance.now() - sentMs).toBeGreaterThanOrEqual(inventoryCallMs)
  }
}

/**
 * How its load client behaves: so many users at one seat at once, each pretending to forward for another address. It must end in
 * one lock, everybody else told so in the predecessor's words, and no fault.
 */
export async function expectOneWinner(
  { edgeUrl, userTokenSecret, seatId }: Rush,
  crowd = 500,
): Promise<void> {
  const users = Array.from({ length: crowd }, (_, n) => `usr_rush${n}`)
  const tokens = await Promise.all(users.map((user) => tokenOf(user, userTokenSecret)))
  const startMs = performance.now()
  const ends = await Promise.all(
    tokens.map((token, n) => {
      const forwarded = {
        'x-forwarded-for': `203.0.${n >> 8}.${n & 255}`,
        'x-real-ip': `198.51.100.${n & 255}`,
      }
      return lockUntilAnswered(ticketsClient(edgeUrl, token, forwarded), seatId)
    }),
  )
  // Whatever they claim, it is one client: ten requests a second, of the seconds that it took and those around it.
  const seconds = Math.ceil((performance.now() - startMs) / 1_000) + 2
  expect(ends.filter(({ answer }) => answer.status !== 429).length).toBeLessThanOrEqual(10 * seconds)
  for (const { answer } of ends) {
    expect([200, 409, 429]).toContain(answer.status)
    if (answer.status === 200) saidIn(200, said.locked, answer)
    if (answer.status === 409) saidIn(409, said.notLocked, answer)
    if (answer.status === 429) saidIn(429, said.error, answer)
    expect(answer.headers.get('ratelimit-limit')).toBe('10')
  }

  // Who has it was told so, or was left without an answer when it got it. Nobody else is told whose it is.
  const isTold = ends.map(({ answer }) => answer.status === 200)
  const candidates = ends.map(({ isAgain }, n) => (isTold.includes(true) ? isTold[n] : isAgain))
  const owners: string[] = []
  for (const [n, user] of users.entries()) {
    if (!candidates[n]) continue
    const client = ticketsClient(edgeUrl, tokens[n])
    const { seats } = saidIn(200, said.seats, await turn(client.seats))
    if (seats.find(({ id }) => id === seatId)?.lockedBy === user) owners.push(user)
  }
  expect(owners).toHaveLength(1)
  expect(isTold.filter((told) => told).length).toBeLessThanOrEqual(1)
}

/** Asks again while one client has had its ten requests of the second. */
export async function turn(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (;;) {
    const answer = await ask()
    if (answer.status !== 429 || !answer.text.includes('Too many requests')) return answer
    await systemPlatform.sleep(Number(answer.headers.get('retry-after')) * 1_000)
  }
}

/** The code in the last letter to an address, as core prints it on a laptop. */
export function codeFor({ dir }: { readonly dir: string }, email: string): string {
  const letter = readFileSync(join(dir, 'core.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event":"mail"') && line.includes(email))
    .at(-1)
  return /"text":"(\d{6})/.exec(letter ?? '')?.[1] ?? 'none'
}
