import { isRead } from '@holdfast/contract'
import { type Agent, agentPatterns, type Engine } from './user-agent.ts'

/** What is known of a request that may come from a page. */
export interface BotEvidence {
  readonly method: string
  readonly agent: Agent
  /** What its other headers say, cut; their names are in lower case. */
  readonly header: (name: string) => string | undefined
  /** A program that its app lets call without an origin, as phones' own programs do: no browser is behind it. */
  readonly isNative: boolean
  /** Whether it is known to have come over TLS; behind a proxy it may have without that. */
  readonly isSecure: boolean
  /** What Cloudflare thinks, from 1 (a machine) to 99 (a person); absent or 0 where it does not say. */
  readonly cloudflareScore?: number | undefined
}

/** One thing that speaks against a browser, and how much. */
interface Hint {
  readonly weight: number
  /** Whether it also speaks against a phone's own program. */
  readonly ofNative?: true
  readonly applies: (evidence: BotEvidence) => boolean
}

/**
 * Browsers send sec-fetch-* and sec-ch-* to trustworthy addresses only. A page on https cannot call any other, so
 * its origin tells that they are due; of a page on http, or a read without an origin, nobody knows.
 */
function isTrustworthy(evidence: BotEvidence): boolean {
  const origin = evidence.header('origin')
  return evidence.isSecure || (origin?.startsWith('https://') ?? !isRead(evidence.method))
}

/** Chrome since 80, Firefox since 90, Safari since 16.4, and what is built on them. */
const sendsFetchMetadata = (engine: Engine | null): boolean =>
  engine !== null && engine.version >= { chromium: 80, gecko: 90, webkit: 16.4 }[engine.name]

const fetchMetadata = ['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest']
const clientHints = ['sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform']

/** What a Chromium may name, by the system in its agent. A phone that asks for desktop pages says that it is Linux. */
const platforms: readonly (readonly [agent: RegExp, platforms: readonly string[]])[] = [
  [agentPatterns.windows, ['Windows']],
  [agentPatterns.macintosh, ['macOS']],
  [agentPatterns.android, ['Android']],
  [agentPatterns.chromeOs, ['Chrome OS', 'Chromium OS']],
  [agentPatterns.linux, ['Linux', 'Android', 'Chrome OS', 'Chromium OS']],
]
const knownPlatforms = new Set(platforms.flatMap(([, names]) => names))

function contradictsPlatform(evidence: BotEvidence): boolean {
  const said = evidence.header('sec-ch-ua-platform')?.replaceAll('"', '') ?? ''
  const due = platforms.find(([agent]) => agent.test(evidence.agent.text))
  return due !== undefined && knownPlatforms.has(said) && !due[1].includes(said)
}

function contradictsVersion(evidence: BotEvidence): boolean {
  const { engine, isInApp } = evidence.agent
  if (engine?.name !== 'chromium' || isInApp) return false
  const said = agentPatterns.chromiumBrand.exec(evidence.header('sec-ch-ua') ?? '')
  return said !== null && Number(said[1]) !== engine.version
}

/**
 * What speaks against a browser. What every browser sends may be missing for a reason that nobody thought of, so no
 * such hint suffices by itself; what no browser sends does. An `accept` of anything is what `fetch` sends, so it says
 * nothing, and neither do `referer`, `dnt` and `accept-encoding`, which privacy tools and Cloudflare rewrite.
 */
export const botHints = {
  /** A library or tool that says so. */
  tool_agent: { weight: 100, ofNative: true, applies: (e) => agentPatterns.tools.test(e.agent.text) },
  /** A phone's own program, which has no business on a page. */
  native_agent: { weight: 100, applies: (e) => agentPatterns.nativeStacks.test(e.agent.text) },
  /** Chromium without a window says so in its agent, and in its hints when the agent is covered up. */
  headless: {
    weight: 100,
    ofNative: true,
    applies: (e) => agentPatterns.headless.test(e.agent.text + (e.header('sec-ch-ua') ?? '')),
  },
  /** All agents of browsers are there. */
  agent_missing: { weight: 45, applies: (e) => e.agent.text === '' },
  /** And begin alike, those of apps' own browsers too; Opera Mini's alone begins otherwise. */
  agent_unfamiliar: {
    weight: 50,
    applies: (e) => e.agent.text !== '' && !agentPatterns.browser.test(e.agent.text),
  },
  /** The Fetch standard sets it when the page does not. */
  accept_missing: { weight: 35, applies: (e) => !e.header('accept') },
  /** Every browser names a language, Tor's too (always `en-US`). Node's `fetch` says `*`. */
  language_missing: { weight: 35, applies: ({ header }) => (header('accept-language') ?? '*') === '*' },
  /** Every browser sends it with whatever is not a read, to its own origin too. */
  origin_missing: { weight: 35, applies: (e) => !isRead(e.method) && e.header('origin') === undefined },
  fetch_metadata_missing: {
    weight: 35,
    applies: (e) =>
      isTrustworthy(e) &&
      sendsFetchMetadata(e.agent.engine) &&
      fetchMetadata.some((name) => e.header(name) === undefined),
  },
  /** No page can write with what a navigation or an image sends, and headers are copied from there. */
  fetch_metadata_contradicts: {
    weight: 70,
    applies: (e) =>
      !isRead(e.method) &&
      (e.header('sec-fetch-mode') === 'navigate' || (e.header('sec-fetch-dest') ?? 'empty') !== 'empty'),
  },
  /** Chromium sends them since 89, and inside apps it may not. */
  client_hints_missing: {
    weight: 35,
    applies: (e) => {
      const { engine, isInApp } = e.agent
      const isDue = engine?.name === 'chromium' && engine.version >= 89 && !isInApp
      return isDue && isTrustworthy(e) && clientHints.some((name) => e.header(name) === undefined)
    },
  },
  /** Neither Firefox nor anything on iOS has them. */
  client_hints_foreign: {
    weight: 70,
    applies: ({ agent: { engine }, header }) =>
      engine !== null && engine.name !== 'chromium' && header('sec-ch-ua') !== undefined,
  },
  /** A Chromium names one version of itself, whatever brand it goes by. */
  client_hints_version: { weight: 70, applies: contradictsVersion },
  client_hints_platform: { weight: 70, applies: contradictsPlatform },
  /** 1 is what Cloudflare is sure of; from 2 to 29 it is not, and Tor and VPNs land there too. */
  cloudflare_automated: { weight: 70, applies: ({ cloudflareScore }) => cloudflareScore === 1 },
  cloudflare_suspects: {
    weight: 35,
    applies: ({ cloudflareScore = 0 }) => cloudflareScore >= 2 && cloudflareScore <= 29,
  },
} as const satisfies Record<string, Hint>

/** Why a request looks automated. */
export type BotReason = keyof typeof botHints
