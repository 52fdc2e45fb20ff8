/** A row as SQLite gives it. */
export type Row = Record<string, unknown>

/** What a zod schema looks like from here. */
type Schema<T> = { safeParse(value: unknown): { success: true; data: T } | { success: false } }

/** A column of JSON. @returns null for SQL NULL, undefined for what does not parse. */
export function readJson<T>(schema: Schema<T>, text: unknown): T | null | undefined {
  if (text === null) return null
  try {
    const parsed = schema.safeParse(JSON.parse(String(text)))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

export function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value)
}

export function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value)
}
