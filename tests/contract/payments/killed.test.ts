import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { totalOf } from '@holdfast/contract'
import { createReceipts } from '@holdfast/core/src/bookings/receipts.ts'
import type { StripeAccount } from '@holdfast/core/src/payments/stripe.ts'
import { exportJWK, generateKeyPair } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { serveRest } from '../../../edge/dev/redis/rest.ts'
import { withScripts } from '../../../edge/dev/redis/scripts.ts'
import { temporaryPaths } from '../store/folder.ts'
import { audit } from './balance/books.ts'
import { bookingsOf, confirm, guest, hold, openSale, order, repair, seatOf } from './balance/sale.ts'
import { stripeTeller } from './balance/teller.ts'
import type { CoreAddress, Work } from './children/core-at.ts'

const newPath = temporaryPaths()
const worker = fileURLToPath(new URL('./children/worker.ts', import.meta.url))

/** A call of Stripe's API, as the adapter makes it. */
const calls = {
  order: /^POST \/v1\/payment_intents$/,
  look: /^GET \/v1\/payment_intents\//,
  capture: /^POST \/v1\/payment_intents\/\w+\/capture$/,
  void: /^POST \/v1\/payment_intents\/\w+\/cancel$/,
  refund: /^POST \/v1\/refunds$/,
}
type Call = keyof typeof calls

/** Stands before a provider. At one call it ends the caller, before the provider has it or when it is done. */
async function startFailpoint(apiUrl: string, call: Call, isAfter: boolean, end: () => void) {
  const server = createServer(async (request, answer) => {
    const { method = '', url = '' } = request
    const body = await buffer(request)
    const isHere = calls[call].test(`${method} ${url.split('?')[0]}`)
    if (isHere && !isAfter) return end()
    const { authorization = '', 'content-type': type = '', 'idempotency-key': key } = request.headers
    const headers = { authorization, 'content-type': type, ...(key && { 'idempotency-key': String(key) }) }
    const init = method === 'GET' ? { method, headers } : { method, headers, body: new Uint8Array(body) }
    const told = await fetch(apiUrl + url, init)
    if (isHere) return end()
    answer.writeHead(told.status, { 'content-type': 'application/json' }).end(await told.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A sale over a store in a file, a Redis behind its door and a Stripe, which other processes may use too. */
async function openShared() {
  const path = newPath()
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const receiptKey = await exportJWK(privateKey)
  const receipts = await createReceipts(receiptKey, { now: () => Date.now() })
  const sale = await openSale(stripeTeller, 1, { path, receipts })
  const token = 'a-token-of-this-test'
  const door = await serveRest(withScripts(sale.redis), { token })
  onTestFinished(async () => {
    await door.close()
    await sale.close()
  })
  const account = sale.teller.account as StripeAccount
  /** Runs a core in a process of its own, which is killed at a call of its provider. */
  const killedAt = async (call: Call, isAfter: boolean, work: Work) => {
    const end = Promise.withResolvers<void>()
    const apiUrl = await startFailpoint(account.apiUrl, call, isAfter, end.resolve)
    const nowMs = sale.core.platform.now()
    const address: CoreAddress = {
      ...{ path, receiptKey, nowMs, account: { ...account, apiUrl } },
      redis: { url: door.url, token },
    }
    const child = spawn(process.execPath, [worker, JSON.stringify({ address, work })], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const gone = once(child, 'exit')
    end.promise.then(() => child.kill('SIGKILL'))
    const [, signal] = await gone
    expect(signal, 'the process was killed on its way').toBe('SIGKILL')
  }
  return { ...sale, killedAt }
}

interface Death {
  readonly between: string
  readonly call: Call
  readonly isAfter: boolean
  readonly does: Work['does']
  /** What becomes of the sale all the same: it stands, its capture was refused, or it was cancelled. */
  readonly ends: 'sold' | 'failed' | 'cancelled'
}

const deaths: Death[] = [
  { between: 'hold and order', call: 'order', isAfter: false, does: 'order', ends: 'sold' },
  { between: 'order and its record', call: 'order', isAfter: true, does: 'order', ends: 'sold' },
  { between: 'intent and authorisation', call: 'look', isAfter: false, does: 'confirm', ends: 'sold' },
  { between: 'authorisation and commit', call: 'look', isAfter: true, does: 'confirm', ends: 'sold' },
  { between: 'webhook and look', call: 'look', isAfter: false, does: 'hear', ends: 'sold' },
  { between: 'webhook and what follows from it', call: 'look', isAfter: true, does: 'hear', ends: 'sold' },
  { between: 'commit and capture', call: 'capture', isAfter: false, does: 'repair', ends: 'sold' },
  { between: 'capture and its record', call: 'capture', isAfter: true, does: 'repair', ends: 'sold' },
  { between: 'refused capture and void', call: 'void', isAfter: false, does: 'repair', ends: 'failed' },
  { between: 'void and its record', call: 'void', isAfter: true, does: 'repair', ends: 'failed' },
  { between: 'cancellation and refund', call: 'refund', isAfter: false, does: 'cancel', ends: 'cancelled' },
  { between: 'refund and its record', call: 'refund', isAfter: true, does: 'cancel', ends: 'cancelled' },
]

test.each(deaths)(
  'after kill -9 between $between the books balance, and the sale is $ends',
  async ({ call, isAfter, does, ends }) => {
    const sale = await openShared()
    const { core, ref, teller, killedAt } = sale
    const held = await hold(sale, guest(1), [seatOf(0), seatOf(1)], 60_000)
    if (!held) throw new Error('the seats are not to be had')
    if (does === 'order') await killedAt(call, isAfter, { ref, hold: held, does })
    const id = await order(core, ref, held)
    teller.pay(id, 'authorised', totalOf(held.seats))
    if (ends === 'failed') teller.refuseCapture(id)
    const payment = teller.wordsOf(id)
    if (does === 'confirm') await killedAt(call, isAfter, { ref, hold: held, does, payment })
    const told = teller.tell(id, 'newest')
    if (does === 'hear' && told) await killedAt(call, isAfter, { ref, hold: held, does, told })
    // A dead holder's claim of the key is over after core's budget.
    sale.wait(10_000)
    await confirm(core, ref, held, payment, 'first')
    // Repair looks at an order when its hold was to end.
    sale.wait(60_000)
    if (does === 'repair') await killedAt(call, isAfter, { ref, hold: held, does })
    if (does === 'cancel') {
      await repair(core)
      await killedAt(call, isAfter, { ref, hold: held, does })
    }
    for (let round = 0; round < 3; round++) {
      await repair(core)
      sale.wait(60_000)
    }
    await repair(core)
    await audit(sale)
    const [booking] = await bookingsOf(sale, held.owner)
    expect(booking).toMatchObject(
      {
        sold: { status: 'confirmed', payment: { status: 'SUCCESS' } },
        failed: { payment: { status: 'FAILED' } },
        cancelled: { status: 'cancelled', retained: 0 },
      }[ends],
    )
  },
)
