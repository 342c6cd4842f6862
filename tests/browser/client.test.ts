import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useWorld } from '../e2e/world.ts'
import { chromiumPath } from '../support/chromium.ts'
import { sqlite } from '../support/databases.ts'
import { openBrowser, type ServedPage, servePage, watch } from './browser.ts'

/** The client as a shop's bundler makes it. */
async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('@holdfast/client'))],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

test('what a page loads of the client is small: neither zod nor a schema', async () => {
  expect(gzipSync(await bundleClient()).length).toBeLessThan(6_000)
})

/** What the page does with the client; it runs there. */
const visit = `
  import { createClient, HoldfastProblem } from '/client.js'
  window.visit = async ({ baseUrl, apiKey, eventId }) => {
    const page = createClient({ baseUrl, apiKey })
    const [alice, bob] = [await page.createGuest(), await page.createGuest()].map(({ token }) =>
      page.with({ userToken: token }))
    const map = await page.readSeats({ eventId }, { accept: 'application/octet-stream' })
    const hold = await alice.createHold({ eventId, seats: ['S-1', 'S-2'] })
    const refused = await bob.createHold({ eventId, seats: ['S-2', 'S-3'] }).catch((error) => error)
    const booking = await alice.confirmHold({ eventId, holdId: hold.id, payment: { id: 'pay_browser' } })
    return {
      map: String.fromCharCode(...map),
      held: hold.seats.map(({ id }) => id),
      refused: [refused instanceof HoldfastProblem, refused.code, refused.seats],
      read: (await alice.readHold({ eventId, holdId: hold.id })).bookingId === booking.id,
      receipt: (await alice.readReceipt({ bookingId: booking.id })) === booking.receipt,
    }
  }
`

describe.runIf(chromiumPath !== undefined)('the client on a page of another origin', () => {
  const world = useWorld({ ...sqlite, redis: 'embedded' })
  let served: ServedPage
  let browser: Browser

  beforeAll(async () => {
    const client = await bundleClient()
    served = await servePage({
      '/': [
        'text/html',
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/visit.js"></script>',
      ],
      '/client.js': ['text/javascript', client],
      '/visit.js': ['text/javascript', visit],
    })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    served?.close()
  })

  test('looks, holds, is refused what is taken, and buys: every preflight lets it pass', async () => {
    const origin = `http://127.0.0.1:${served.port}`
    const shop = await world().openShop({ allowedOrigins: [origin] })
    const { eventId } = await shop.sell('browser', 4)
    const { page, complaints } = await watch(browser, origin, shop.edgeUrl)
    await page.goto(`${origin}/`)
    await page.waitForFunction('window.visit')
    const given = JSON.stringify({ baseUrl: shop.edgeUrl, apiKey: shop.publishableKey, eventId })
    expect(await page.evaluate(`window.visit(${given})`)).toEqual({
      map: 'FFFF',
      held: ['S-1', 'S-2'],
      refused: [true, 'seats_unavailable', ['S-2']],
      read: true,
      receipt: true,
    })
    // The browser itself reports every refusal as a failed load.
    expect(complaints.filter((complaint) => !complaint.includes('status of 409'))).toEqual([])
    await page.close()
  })
})
