import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumPath } from '../support/chromium.ts'

/** A page, and what it did that a page of ours does not do. */
export interface Watched {
  readonly page: Page
  /** Console errors (a broken content security policy is one), uncaught errors, and requests to origins that it may not ask. */
  readonly complaints: string[]
}

/** Starts the machine's own browser, which asks nothing of anybody. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath ?? '',
    // Root has no sandbox; the rest would call home.
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  })

/** Opens a page that may talk to these origins only. */
export async function watch(browser: Browser, ...origins: readonly string[]): Promise<Watched> {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  await page.route('**/*', (route) => {
    const url = route.request().url()
    if (origins.some((origin) => url.startsWith(`${origin}/`)) || url.startsWith('data:'))
      return route.continue()
    complaints.push(`request: ${url}`)
    return route.abort()
  })
  return { page, complaints }
}

/** Serves the files of somebody's own page, each by its path as its media type and its text. */
export async function servePage(files: Readonly<Record<string, readonly [type: string, text: string]>>) {
  const server = createServer(({ url = '' }, response) => {
    const [type, text] = files[url] ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}
export type ServedPage = Awaited<ReturnType<typeof servePage>>
