import { judgedHeaderLengthMax } from '@holdfast/contract'

/** What a header says of its sender, cut to what any browser says: who sends more gets no more attention for it. */
export const cut = (header: string | undefined): string | undefined => header?.slice(0, judgedHeaderLengthMax)

export type Engine = { readonly name: 'chromium' | 'gecko' | 'webkit'; readonly version: number }

/** A User-Agent, read once for all that is made of it. */
export interface Agent {
  readonly text: string
  readonly engine: Engine | null
  /** Whether it is the browser inside an app, to which apps give agents of their own making. */
  readonly isInApp: boolean
}

/** Libraries and tools, by how the agents that they come with begin: apps only append to a browser's. */
const tools =
  /^(curl|Wget|HTTPie|PostmanRuntime|insomnia|Bruno|python|Python-urllib|Scrapy|libwww-perl|Ruby|Faraday|PHP|GuzzleHttp|Symfony|axios|node|node-fetch|undici|got|superagent|Deno|Bun|Go-http-client|fasthttp|reqwest|hyper|Apache-HttpClient|Java|Java-http-client|ReactorNetty|k6|vegeta|hey|ApacheBench|oha|Locust|Artillery)\b/i

/** Patterns of what clients say that they are; `tests/contract/patterns.test.ts` proves of each that it reads a text once. */
export const agentPatterns = {
  tools,
  /** What phones' own programs call with, which no page can. */
  nativeStacks: /^(okhttp|Dalvik|Dart|Ktor)\b|\bCFNetwork\//i,
  headless: /Headless|PhantomJS/i,
  /** Agents of browsers begin alike, those of apps' own browsers too; Opera Mini's alone begins otherwise. */
  browser: /^(Mozilla\/5\.0|Opera\/9\.80) \(/,
  inApp: /; wv\)|\bXWEB\/|MicroMessenger|MQQBrowser|UCBrowser/,
  chromium: /\bChrome\/(\d{1,5})/,
  gecko: /\bGecko\/[\d.]{1,20} Firefox\/(\d{1,5})/,
  webkit: /\bAppleWebKit\//,
  safari: /\bVersion\/(\d{1,5})\.(\d{1,5})/,
  phone: /\((?:iPhone|iPad|iPod)/,
  phoneSystem: /\bOS (\d{1,5})_(\d{1,5})/,
  /** The version in `sec-ch-ua`. */
  chromiumBrand: /"Chromium";\s{0,4}v="(\d{1,5})/,
  windows: /\(Windows/,
  macintosh: /\(Macintosh/,
  android: /\bAndroid\b/,
  chromeOs: /\bCrOS\b/,
  linux: /\bLinux\b/,
} as const

/**
 * The engine behind an agent. On iOS every browser is WebKit; one inside an app names no version of Safari there, so
 * the system's counts, which is the same number up to 18.
 */
function engineOf(agent: string): Engine | null {
  const chromium = agentPatterns.chromium.exec(agent)
  if (chromium) return { name: 'chromium', version: Number(chromium[1]) }
  const gecko = agentPatterns.gecko.exec(agent)
  if (gecko) return { name: 'gecko', version: Number(gecko[1]) }
  if (!agentPatterns.webkit.test(agent)) return null
  const system = agentPatterns.phone.test(agent) ? agentPatterns.phoneSystem.exec(agent) : null
  const webkit = agentPatterns.safari.exec(agent) ?? system
  return { name: 'webkit', version: webkit ? Number(`${webkit[1]}.${webkit[2]}`) : 0 }
}

/** Reads a User-Agent, of which no more than a browser's length counts. */
export function readAgent(header: string | undefined): Agent {
  const text = cut(header) ?? ''
  return { text, engine: engineOf(text), isInApp: agentPatterns.inApp.test(text) }
}
