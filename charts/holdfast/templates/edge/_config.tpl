{{- define "holdfast.edgeConfig" -}}
PORT: {{ include "holdfast.port" "edge" | quote }}
CORE_URL: http://{{ include "holdfast.name" (list . "core") }}:{{ include "holdfast.port" "core" }}
{{- if .Values.metrics.enabled }}
METRICS_PORT: {{ .Values.metrics.port | quote }}
{{- end }}
{{- with .Values.edge.adminOrigins }}
ADMIN_ORIGINS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.edge.adminNetworks }}
ADMIN_NETWORKS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.edge.trustedProxyHeader }}
TRUSTED_PROXY_HEADER: {{ . | quote }}
TRUSTED_PROXY_HOPS: {{ $.Values.edge.trustedProxyHops | quote }}
{{- end }}
{{- range $of, $most := .Values.edge.limits }}
{{ snakecase $of | upper }}_PER_SECOND: {{ $most | int64 | quote }}
{{- end }}
{{- with .Values.edge.tickets.appId }}
TICKETS_APP_ID: {{ . | quote }}
TICKETS_EVENT_ID: {{ $.Values.edge.tickets.eventId | quote }}
{{- range $of, $most := $.Values.edge.tickets.limits }}
TICKETS_{{ snakecase $of | upper }}_PER_SECOND: {{ $most | int64 | quote }}
{{- end }}
{{- if $.Values.edge.tickets.acceptOldTokens }}
TICKETS_TOKEN_DAYS: {{ $.Values.edge.tickets.tokenDays | quote }}
{{- end }}
{{- with $.Values.edge.tickets.pay }}
TICKETS_PAY: {{ . | quote }}
{{- end }}
{{- end }}
{{- with .Values.edge.unified.appId }}
UNIFIED_APP_ID: {{ . | quote }}
{{- end }}
{{- with .Values.edge.unified.defaultProvider }}
UNIFIED_DEFAULT_PROVIDER: {{ . | quote }}
{{- end }}
{{ include "holdfast.tellingConfig" . }}
{{- end }}
