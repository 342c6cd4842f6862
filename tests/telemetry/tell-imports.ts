/** Loaded before a program, tells when that loads OpenTelemetry's SDK. */
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@opentelemetry/sdk-trace') console.log('loads the SDK of traces')
    return next(specifier, context)
  },
})
