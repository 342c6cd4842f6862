/** What answers at a host of the network. */
export type Answerer = (request: Request) => Response | Promise<Response>

/** What becomes of a request instead; `signal` is the deadline of who asks, as fetch would have it. */
export type Outage = (request: Request, signal: AbortSignal | null) => Promise<Response>

/** Hosts that are functions, and `fetch` as adapters know it. Whatever is between two parts of Holdfast goes over it. */
export interface Network {
  readonly fetch: typeof fetch
  readonly hosts: Map<string, Answerer>
  /** By host: while one is here, nothing gets through. */
  readonly outages: Map<string, Outage>
}

/** A network of nobody. */
export function createNetwork(): Network {
  const hosts = new Map<string, Answerer>()
  const outages = new Map<string, Outage>()
  return {
    hosts,
    outages,
    async fetch(input, { signal = null, ...init } = {}) {
      const request = new Request(input, init)
      const { host } = new URL(request.url)
      const answer = hosts.get(host)
      if (!answer) throw new TypeError(`nobody is at ${host}`)
      return outages.get(host)?.(request, signal) ?? answer(request)
    },
  }
}

/** Writes down, from now on, what is sent to a host, which answers as before. */
export function recordedAt({ hosts }: Pick<Network, 'hosts'>, host: string): Request[] {
  const sent: Request[] = []
  const answer = hosts.get(host)
  hosts.set(host, (request) => {
    sent.push(request.clone())
    return answer?.(request) ?? new Response(null, { status: 503 })
  })
  return sent
}
