/** A call of the public API by a script of the local stack. */
export interface ApiCall {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** A body to send as it is, instead of JSON. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly timeoutMs?: number
}

/** What came back; `body` is the parsed JSON, or the text when it is not JSON. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: unknown
}

/** Calls a URL with JSON and reads the answer. */
export async function callApi(
  url: string,
  { method = 'GET', headers = {}, body, raw, timeoutMs = 60_000 }: ApiCall = {},
): Promise<ApiAnswer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(payload !== undefined && { body: payload }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
