import { problems } from '@holdfast/contract'
import { html } from 'hono/html'

const kinds = Object.entries(problems)

const article = ([code, { status, title, retryable, advice }]: (typeof kinds)[number]) => html`
      <article id="${code}" aria-labelledby="${code}-title">
        <h3 id="${code}-title"><a href="#${code}"><code>${code}</code></a></h3>
        <p>${title}.</p>
        <p>${advice}</p>
        <p class="facts">Status ${status}. ${
          retryable ? 'The same request may succeed later.' : 'The same request will be refused again.'
        }</p>
      </article>`

const chapter = (status: number) => html`
    <section aria-labelledby="status-${status}">
      <h2 id="status-${status}">${status}</h2>
      ${kinds.filter(([, kind]) => kind.status === status).map(article)}
    </section>`

/** Every code that a refusal can have. A problem’s `type` leads to its place on this page. */
export const errorsPage = () => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Refusals · Holdfast API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/pages.css" />
  </head>
  <body class="page">
    <header>
      <a href="/docs">Holdfast API</a>
      <h1>Refusals</h1>
      <p>
        Every refusal is an RFC 9457 problem: <code>application/problem+json</code> with a stable <code>code</code>, what
        to do in <code>detail</code>, and a <code>requestId</code> to quote. Repeat a write with the
        <code>Idempotency-Key</code> of the first attempt.
      </p>
    </header>
    <main>${[...new Set(kinds.map(([, { status }]) => status))].sort((a, b) => a - b).map(chapter)}
    </main>
  </body>
</html>
`
