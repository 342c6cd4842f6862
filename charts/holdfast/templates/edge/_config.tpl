{{- define "holdfast.edgeConfig" -}}
PORT: {{ include "holdfast.port" "edge" | quote }}
CORE_URL: http://{{ include "holdfast.name" (list . "core") }}:{{ include "holdfast.port" "core" }}
{{- if .Values.metrics.enabled }}
METRICS_PORT: {{ .Values.metrics.port | quote }}
{{- end }}
{{- with .Values.edge.adminOrigins }}
ADMIN_ORIGINS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.edge.trustedProxyHeader }}
TRUSTED_PROXY_HEADER: {{ . | quote }}
{{- end }}
{{- with .Values.edge.tickets.appId }}
TICKETS_APP_ID: {{ . | quote }}
TICKETS_EVENT_ID: {{ $.Values.edge.tickets.eventId | quote }}
{{- end }}
{{ include "holdfast.tellingConfig" . }}
{{- end }}
