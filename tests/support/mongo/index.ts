/**
 * A MongoDB for tests: `server.ts` has the sockets, `responder.ts` the fail points, `commands.ts` every command,
 * `sessions.ts` and `scopes.ts` transactions and retryable writes, `storage.ts` the data and its snapshots.
 *
 * In comments `manual/...` is a page of https://www.mongodb.com/docs/, `specifications` is
 * https://github.com/mongodb/specifications and `mongo/...` the source of https://github.com/mongodb/mongo.
 */
export { type Action, type FailPoint, type FailPoints, unknownCommit } from './fail-points.ts'
export { type CommandSeen, type Mongo, type MongoOptions, startMongo } from './server.ts'
