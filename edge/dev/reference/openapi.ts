import * as contract from '@holdfast/contract'
import { type ProblemCode, type ProblemExtras, problemBody, problems } from '@holdfast/contract'
import { callers, type Operation, operations, problemsOf, roleFor, tags } from '@holdfast/contract/operations'
import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { webhooksOf } from './webhooks.ts'
import {
  headerWords,
  introduction,
  recentSignInWords,
  roleWords,
  security,
  securitySchemes,
  statusWords,
  tagWords,
} from './words.ts'

type Document = ReturnType<typeof createDocument>

/** Objects are named in the document as they are in the contract; texts and numbers are told where they stand. */
function nameSchemas(): void {
  for (const [id, schema] of Object.entries(contract)) {
    const isObject = schema instanceof z.ZodObject || schema instanceof z.ZodUnion
    if (isObject && !z.globalRegistry.has(schema)) z.globalRegistry.add(schema, { id })
  }
}

/** What some codes add to their problem. */
const extras: Partial<Record<ProblemCode, ProblemExtras>> = {
  seats_unavailable: { seats: ['A-12'], own: true, holds: ['hold_2sKd7QpXw9LrT4vYzB1nMc.1.7'] },
  unknown_seat: { seats: ['Z-99'] },
  hold_confirmed: { bookingId: 'BK-20261123-7K2M9Q' },
  sale_not_started: { opensAt: '2026-12-01T09:00:00.000Z' },
  invalid_request: {
    errors: [
      {
        path: 'seats.0',
        message: 'Invalid input: expected string, received number',
        count: 2,
        examples: ['seats.0', 'seats.1'],
      },
    ],
  },
}

/** One response for each status and choice of codes, shared by all operations that refuse so. */
function refusalOf(status: number, codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const lines = codes.map((code) => `- [\`${code}\`](/docs/errors#${code}) ${problems[code].title}`)
  const examples = codes.map((code) => [
    code,
    { value: problemBody(code, extras[code], 'req_0123456789abcdefghijkl') },
  ])
  return {
    id: [status, ...codes].join('.'),
    description: lines.join('\n'),
    content: {
      'application/problem+json': { schema: contract.ProblemBody, examples: Object.fromEntries(examples) },
    },
  }
}

const refusals = new Map<string, ZodOpenApiResponseObject>()

function refusalsOf(operation: Operation): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(problemsOf(operation), (code) => problems[code].status)
  const entries = [...byStatus].map(([status, codes]) => {
    const response = refusalOf(status, codes)
    const name = response.id ?? ''
    // The library knows a shared response by its identity.
    const shared = refusals.get(name) ?? response
    refusals.set(name, shared)
    return [String(status), shared]
  })
  return Object.fromEntries(entries)
}

function answersOf({ answers, sends = [], example }: Operation): Record<string, ZodOpenApiResponseObject> {
  const headers = Object.fromEntries(
    sends.map((name) => [name, { description: headerWords[name], schema: { type: 'string' as const } }]),
  )
  const entries = Object.entries(answers).map(([status, content]) => {
    const media = Object.entries(content).map(([type, schema], i) => [
      type,
      { schema, ...(Number(status) === example.status && i === 0 && { example: example.answer }) },
    ])
    const response: ZodOpenApiResponseObject = {
      description: statusWords[Number(status)] ?? '',
      ...(sends.length > 0 && { headers }),
      ...(media.length > 0 && { content: Object.fromEntries(media) }),
    }
    return [status, response]
  })
  return Object.fromEntries(entries)
}

const headerParameters = ({ repeat, answers }: Operation) => [
  ...(repeat === 'by-key' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ...(304 in answers ? [{ $ref: '#/components/parameters/IfNoneMatch' }] : []),
]

const isObject = (schema: z.ZodType | undefined) => schema instanceof z.ZodObject

/** What a caller should know, and which admins may call. */
function descriptionOf(operation: Operation): string {
  const { notes, recentSignIn } = operation
  const role = callers[operation.caller].admin ? roleFor(operation) : 'viewer'
  return [
    ...(notes ? [notes] : []),
    ...(role === 'viewer' ? [] : [roleWords[role]]),
    ...(recentSignIn ? [recentSignInWords(recentSignIn)] : []),
  ].join(' ')
}

function operationOf(id: string, operation: Operation): ZodOpenApiOperationObject {
  const { tag, summary, caller, params, query, body, example } = operation
  const description = descriptionOf(operation)
  const extra = headerParameters(operation)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: security[caller],
    ...(extra.length > 0 && { parameters: extra }),
    requestParams: {
      ...(isObject(params) && { path: params as z.ZodObject }),
      ...(isObject(query) && { query: query as z.ZodObject }),
    },
    ...(body && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: body, example: example.body } },
      },
    }),
    responses: { ...answersOf(operation), ...refusalsOf(operation) },
  }
}

/** Gives each parameter the value of the operation’s example. */
function addExamples(document: Document): void {
  for (const { method, path, example } of Object.values<Operation>(operations)) {
    const known = { ...example.params, ...example.query }
    const name = method.toLowerCase() as Lowercase<Operation['method']>
    for (const parameter of document.paths?.[path]?.[name]?.parameters ?? []) {
      if (!('name' in parameter)) continue
      const value = known[parameter.name]
      if (value !== undefined) parameter.example = value
    }
  }
}

/** The whole of the public API as an OpenAPI 3.1 document, made from the table of operations. */
export function openApiDocument(): Document {
  nameSchemas()
  const paths: ZodOpenApiPathsObject = {}
  for (const [id, operation] of Object.entries<Operation>(operations)) {
    const { path, method } = operation
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(id, operation) }
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version: '1',
        summary: 'Holds seats under a rush and never sells one twice.',
        description: introduction,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: tags.map((name) => ({ name, description: tagWords[name] })),
      paths,
      webhooks: webhooksOf(),
      components: {
        securitySchemes,
        parameters: {
          IdempotencyKey: {
            name: 'Idempotency-Key',
            in: 'header',
            description: 'Names the intention: sent again with the same key, it happens once.',
            schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
          },
          IfNoneMatch: {
            name: 'If-None-Match',
            in: 'header',
            description: 'The `ETag` of what you have.',
            schema: { type: 'string' },
          },
        },
      },
    },
    {
      override({ jsonSchema, zodSchema }) {
        if (zodSchema._zod.def.type === 'custom' && jsonSchema.type === undefined)
          jsonSchema.contentMediaType = 'application/octet-stream'
        // What JavaScript counts exactly says nothing about the number.
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      },
      allowEmptySchema: { custom: true },
    },
  )
  addExamples(document)
  return document
}
