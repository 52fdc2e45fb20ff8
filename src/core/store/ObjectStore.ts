/** A condition the store checks in the same step as it writes. */
export type WriteCondition =
  /** Nothing has this key (`If-None-Match: *`). */
  | { readonly kind: 'absent' }
  /** The object is still the one that was seen (`If-Match`). Without quotes. */
  | { readonly kind: 'matches'; readonly etag: string }
  | { readonly kind: 'always' }

/** What is said about an object's bytes when it is written. */
export type ObjectHeaders = {
  readonly contentType: string
  readonly cacheControl: string | null
  /** Lower-case ASCII names without `x-amz-meta-`; values are any Unicode, at most 8,192 bytes together (r2-facts §4). */
  readonly metadata: Readonly<Record<string, string>>
}

/** What `head` tells. `metadata` is decoded. */
export type ObjectFacts = {
  readonly key: string
  readonly sizeBytes: number
  /** Without quotes. */
  readonly etag: string
  readonly modifiedAtMs: number
  readonly contentType: string | null
  readonly cacheControl: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export type ListedObject = Pick<ObjectFacts, 'key' | 'sizeBytes' | 'etag' | 'modifiedAtMs'>

export type ListPage = {
  /** In the order of UTF-8 bytes. */
  readonly objects: ReadonlyArray<ListedObject>
  /** Common prefixes, each ending in the delimiter; empty without one. */
  readonly folders: ReadonlyArray<string>
  /** Ask with this for what follows; null at the end. */
  readonly next: string | null
}

/** A multipart upload the store is holding for us. Saved before its first part is sent, so a crash can find it. */
export type Multipart = {
  readonly key: string
  readonly uploadId: string
  /** Frozen for this upload id: R2 wants all parts but the last to have one size. */
  readonly partBytes: number
}

/** A multipart upload that nobody has completed or dropped yet, as the store lists it. */
export type UnfinishedUpload = {
  readonly key: string
  readonly uploadId: string
  /** By this computer's clock as far as the two are known to differ; good to five minutes. */
  readonly initiatedAtMs: number
}

/** `start` inclusive, `end` exclusive. */
export type PartRange = { readonly number: number; readonly start: number; readonly end: number }
export type SentPart = {
  readonly number: number
  readonly sizeBytes: number
  readonly etag: string
  readonly md5: string | null
}

/** Digests of a body, lower-case hex, computed once by whoever read it. */
export type BodyDigests = { readonly md5: string; readonly sha256: string }

/** Of a part, SHA-256 is enough: the store checks it as well. An MD5 that is given is checked too. */
export type PartDigests = { readonly md5: string | null; readonly sha256: string }

/**
 * Where objects go. Every method
 *   - rejects with AppError, whose code says whether trying again can help;
 *   - rejects with `signal.reason`, having sent nothing, if the signal was aborted before the call;
 *   - may be repeated with the same arguments after a failure that is worth repeating.
 * Keys are NFC, at most 1,024 bytes of UTF-8. `objectStoreContract.ts` holds each implementation to this.
 */
export interface ObjectStore {
  /** The most bytes of one `put` and of one part. */
  readonly maxPutBytes: number

  /** @returns null if there is no such object. */
  head(key: string, signal: AbortSignal): Promise<ObjectFacts | null>

  /** At most `limit` (1 to 1,000) objects and folders together, after the token `after` of an earlier page. */
  list(
    query: {
      readonly prefix: string
      readonly delimiter: '/' | null
      readonly after: string | null
      readonly limit: number
    },
    signal: AbortSignal
  ): Promise<ListPage>

  /** Bytes `start` (inclusive) to `end` (exclusive, null: to the end). @throws AppError `object-missing`. */
  get(
    key: string,
    range: { readonly start: number; readonly end: number | null } | null,
    signal: AbortSignal
  ): Promise<ReadableStream<Uint8Array>>

  /**
   * Writes a whole object. `bytes` must not change until this settles. The store checks `digests` against what arrived.
   * @returns the object's ETag, without quotes.
   * @throws AppError `conflict` if `when` does not hold; `digest-mismatch` if the bytes changed on the way.
   */
  put(
    key: string,
    bytes: Uint8Array,
    digests: BodyDigests,
    headers: ObjectHeaders,
    when: WriteCondition,
    signal: AbortSignal
  ): Promise<string>

  /** Removes objects; one that is not there counts as removed. @returns what could not be removed, by key. */
  delete(
    keys: ReadonlyArray<string>,
    signal: AbortSignal
  ): Promise<ReadonlyArray<{ readonly key: string; readonly error: Error }>>

  /**
   * Copies within the bucket, headers and metadata included. @returns the copy's ETag.
   * @throws AppError `object-missing`; `file-too-large` above `maxPutBytes`.
   */
  copy(from: string, to: string, when: WriteCondition, signal: AbortSignal): Promise<string>

  /** Opens a multipart upload. By default R2 drops one that is not completed within 7 days. */
  openMultipart(key: string, partBytes: number, headers: ObjectHeaders, signal: AbortSignal): Promise<Multipart>

  /**
   * Sends one part. `bytes` must not change until this settles: a retry sends them again. A part that was good and is
   * sent again with a failure counts as missing (r2-facts §3).
   */
  sendPart(
    multipart: Multipart,
    number: number,
    bytes: Uint8Array,
    digests: PartDigests,
    signal: AbortSignal
  ): Promise<SentPart>

  /**
   * What the store already has, or null if it cannot say, which is not the same as "nothing".
   * @throws AppError `upload-missing` if it does not know the upload.
   */
  listParts(multipart: Multipart, signal: AbortSignal): Promise<ReadonlyArray<SentPart> | null>

  /**
   * Joins the parts, given in any order. @returns the object's ETag, without quotes.
   * @throws AppError `conflict` if `when` no longer holds: R2 has then dropped the upload as well; `upload-missing` if
   * the upload is not known, which also follows a completion whose answer was lost: look with `head`.
   */
  complete(
    multipart: Multipart,
    parts: ReadonlyArray<SentPart>,
    when: WriteCondition,
    signal: AbortSignal
  ): Promise<string>

  /**
   * Every multipart upload, whoever opened it, whose key begins with `prefix` and that is neither completed nor dropped;
   * or null if the store cannot say, which is not the same as "none".
   */
  listUploads(prefix: string, signal: AbortSignal): Promise<ReadonlyArray<UnfinishedUpload> | null>

  /** Drops an upload and its parts; one that is not there counts as dropped. */
  abort(multipart: Multipart, signal: AbortSignal): Promise<void>

  /**
   * A URL that opens the object for `seconds` (1 to 604,800), or null where the store cannot sign.
   * It is a secret: not logged, not stored.
   */
  presignGet(key: string, seconds: number): Promise<string | null>

  /** Where the object opens for anyone without signing, whatever the account's public base URL says; null if nowhere. */
  publicUrl(key: string): string | null

  /** Ends connections and child processes. */
  close(): Promise<void>
}
