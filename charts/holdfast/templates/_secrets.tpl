{{/*
Variables from Secrets, as (dict "secret" <name> "keys" <list>). A key that is missing stops the pod before it starts,
and the event says which.
*/}}
{{- define "holdfast.fromSecret" -}}
{{- $secret := .secret -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ . }}
{{- end }}
{{- end }}

{{/* The same of keys that need not be there. */}}
{{- define "holdfast.fromSecretIfAny" -}}
{{- $secret := .secret -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ . }}
      optional: true
{{- end }}
{{- end }}

{{/* The address of the store. */}}
{{- define "holdfast.storeEnv" -}}
- name: STORE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.store.existingSecret }}
      key: {{ .Values.store.key }}
{{- end }}

{{/* The address of Redis, which core and the edge share. */}}
{{- define "holdfast.redisEnv" -}}
{{- $keys := dict "tcp" (list "REDIS_URL") "upstash" (list "UPSTASH_REDIS_REST_URL" "UPSTASH_REDIS_REST_TOKEN") -}}
{{- include "holdfast.fromSecret" (dict "secret" .Values.redis.existingSecret "keys" (get $keys .Values.redis.kind)) -}}
{{- end }}

{{/* What the first admin has beside a password, as JSON. */}}
{{- define "holdfast.firstAdminKeys" -}}
{{ ternary (list "ADMIN_TOTP_SECRET") (list) .Values.core.admin.secondFactor | toJson }}
{{- end }}

{{/* All secrets of core. */}}
{{- define "holdfast.coreEnv" -}}
{{- $core := .Values.core -}}
{{- $keys := list "EDGE_ASSERTION_KEYS" "USER_TOKEN_SECRET" "ADMIN_TOKEN_SECRET" "RECEIPT_KEY" "ADMIN_PASSWORD_HASH" -}}
{{- $keys = concat $keys (include "holdfast.firstAdminKeys" . | fromJsonArray) -}}
{{- if $core.admin.others }}{{ $keys = append $keys "ADMINS" }}{{ end -}}
{{- range $core.payments }}{{ $keys = append $keys (printf "%s_ACCOUNTS" (upper .)) }}{{ end -}}
{{- if $core.mailFrom }}{{ $keys = append $keys "SMTP_URL" }}{{ end -}}
{{ include "holdfast.storeEnv" . }}
{{- include "holdfast.redisEnv" . }}
{{- include "holdfast.fromSecret" (dict "secret" $core.existingSecret "keys" $keys) }}
{{- include "holdfast.tracingEnv" . }}
{{- include "holdfast.fromSecretIfAny" (dict "secret" $core.existingSecret "keys" (list "RECEIPT_KEYS_OLD")) }}
{{- end }}

{{/* All secrets of the edge. */}}
{{- define "holdfast.edgeEnv" -}}
{{- $edge := .Values.edge -}}
{{- $keys := list "EDGE_ASSERTION_KEYS" "USER_TOKEN_SECRET" "ADMIN_TOKEN_SECRET" "HOLD_KEY_SECRET" -}}
{{- if $edge.tickets.acceptOldTokens }}{{ $keys = append $keys "TICKETS_JWT_SECRET" }}{{ end -}}
{{- if $edge.unified.acceptOldTokens }}{{ $keys = append $keys "UNIFIED_JWT_SECRET" }}{{ end -}}
{{- if $edge.turnstile }}{{ $keys = append $keys "TURNSTILE_SECRET" }}{{ end -}}
{{- include "holdfast.redisEnv" . }}
{{- include "holdfast.fromSecret" (dict "secret" $edge.existingSecret "keys" $keys) }}
{{- include "holdfast.tracingEnv" . }}
{{- $old := list "USER_TOKEN_SECRET_OLD" "ADMIN_TOKEN_SECRET_OLD" }}
{{- include "holdfast.fromSecretIfAny" (dict "secret" $edge.existingSecret "keys" $old) }}
{{- end }}

{{/* By which a collector of traces knows core and the edge. */}}
{{- define "holdfast.tracingEnv" -}}
{{- with .Values.tracing.existingSecret }}
{{- include "holdfast.fromSecret" (dict "secret" . "keys" (list "OTEL_EXPORTER_OTLP_HEADERS")) }}
{{- end }}
{{- end }}
