import { Notice } from '@holdfast/contract'
import * as z from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { noticeWords, signatureWords } from './words.ts'

const header = z.object({
  'webhook-id': z.string().meta({ description: signatureWords['webhook-id'] }),
  'webhook-timestamp': z.string().meta({ description: signatureWords['webhook-timestamp'] }),
  'webhook-signature': z.string().meta({ description: signatureWords['webhook-signature'] }),
})

/** What an endpoint of an app is sent, by its type: one POST each. */
export const webhooksOf = (): ZodOpenApiPathsObject =>
  Object.fromEntries(
    Notice.options.map((schema) => {
      const type = schema.shape.type.value
      const post = {
        tags: ['Webhooks'],
        summary: noticeWords[type],
        requestParams: { header },
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: { '2XX': { description: 'Heard. Any other answer, or none, has it sent again.' } },
      }
      return [type, { post }]
    }),
  )
