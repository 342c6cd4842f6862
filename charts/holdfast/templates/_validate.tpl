{{/* What a schema cannot say, because it is about two values or needs a reason. Everything that is wrong is told at once. */}}
{{- define "holdfast.validate" -}}
{{- $wrong := list -}}
{{- $values := .Values -}}

{{- if not $values.store.existingSecret -}}
{{- $wrong = append $wrong "store.existingSecret is required: a Secret with the address of a MongoDB, mongodb://... or mongodb+srv://... (SQLite is refused: its file would end with the pod)" -}}
{{- end -}}
{{- if not $values.redis.existingSecret -}}
{{- $wrong = append $wrong (printf "redis.existingSecret is required: a Secret with %s" (ternary "REDIS_URL" "UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN" (eq $values.redis.kind "tcp"))) -}}
{{- end -}}
{{- if not $values.core.existingSecret -}}
{{- $wrong = append $wrong "core.existingSecret is required: a Secret with EDGE_ASSERTION_KEYS, USER_TOKEN_SECRET, ADMIN_TOKEN_SECRET, RECEIPT_KEY and ADMIN_PASSWORD_HASH" -}}
{{- end -}}
{{- if not $values.core.admin.email -}}
{{- $wrong = append $wrong "core.admin.email is required: the admin signs in with it" -}}
{{- end -}}
{{- if and $values.edge.enabled (not $values.edge.existingSecret) -}}
{{- $wrong = append $wrong "edge.existingSecret is required while edge.enabled: a Secret with EDGE_ASSERTION_KEYS, USER_TOKEN_SECRET, ADMIN_TOKEN_SECRET and HOLD_KEY_SECRET" -}}
{{- end -}}
{{- if and (eq $values.redis.kind "tcp") (not $values.edge.enabled) -}}
{{- $wrong = append $wrong "redis.kind is tcp, which Workers cannot use: set it to upstash, or edge.enabled to true" -}}
{{- end -}}

{{- range $part := ternary (list "core" "edge") (list "core") $values.edge.enabled -}}
{{- $of := get $values $part -}}
{{- if not $of.image.repository -}}
{{- $wrong = append $wrong (printf "%s.image.repository is required: where %s/Dockerfile was pushed to" $part $part) -}}
{{- end -}}
{{- if eq $of.image.tag "latest" -}}
{{- $wrong = append $wrong (printf "%s.image.tag is latest, from which nobody could roll back: name a version" $part) -}}
{{- end -}}
{{- if and $of.autoscaling.enabled (lt (int $of.autoscaling.maxReplicas) (int $of.autoscaling.minReplicas)) -}}
{{- $wrong = append $wrong (printf "%s.autoscaling.maxReplicas (%d) is less than minReplicas (%d)" $part (int $of.autoscaling.maxReplicas) (int $of.autoscaling.minReplicas)) -}}
{{- end -}}
{{- $needed := add (int $of.shutdown.preStopSeconds) (int (include "holdfast.drainSeconds" $)) -}}
{{- if lt (int $of.shutdown.graceSeconds) (int $needed) -}}
{{- $wrong = append $wrong (printf "%s.shutdown.graceSeconds (%d) is too short: preStopSeconds (%d) and the %s s of a drain are %d, and who is killed before loses what was being answered" $part (int $of.shutdown.graceSeconds) (int $of.shutdown.preStopSeconds) (include "holdfast.drainSeconds" $) (int $needed)) -}}
{{- end -}}
{{- if $of.ingress.enabled -}}
{{- if not $of.ingress.host -}}
{{- $wrong = append $wrong (printf "%s.ingress.host is required while %s.ingress.enabled" $part $part) -}}
{{- end -}}
{{- if not $of.ingress.tlsSecret -}}
{{- $wrong = append $wrong (printf "%s.ingress.tlsSecret is required while %s.ingress.enabled: nothing of Holdfast is served without TLS" $part $part) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- if and $values.edge.enabled $values.edge.ingress.enabled (not $values.edge.trustedProxyHeader) -}}
{{- $wrong = append $wrong "edge.trustedProxyHeader is required while edge.ingress.enabled, e.g. x-real-ip: without it all buyers have the address of the ingress controller, and share its rate limit" -}}
{{- end -}}
{{- if ne (empty $values.edge.tickets.appId) (empty $values.edge.tickets.eventId) -}}
{{- $wrong = append $wrong "edge.tickets.appId and edge.tickets.eventId belong together: set both or neither" -}}
{{- end -}}
{{- if and $values.edge.tickets.pay (not $values.edge.tickets.appId) -}}
{{- $wrong = append $wrong "edge.tickets.pay is for routes that are there only with edge.tickets.appId and eventId" -}}
{{- end -}}
{{- if and $values.edge.tickets.acceptOldTokens (not $values.edge.tickets.appId) -}}
{{- $wrong = append $wrong "edge.tickets.acceptOldTokens is for routes that are there only with edge.tickets.appId and eventId" -}}
{{- end -}}

{{- if and $values.networkPolicy.enabled $values.core.ingress.enabled (not $values.networkPolicy.ingressNamespace) -}}
{{- $wrong = append $wrong "networkPolicy.ingressNamespace is required while core.ingress.enabled: core answers no other namespace" -}}
{{- end -}}
{{- if and $values.networkPolicy.enabled $values.edge.enabled $values.edge.ingress.enabled (not $values.networkPolicy.ingressNamespace) -}}
{{- $wrong = append $wrong "networkPolicy.ingressNamespace is required while edge.ingress.enabled: any pod of the cluster could else say to the edge what client it is" -}}
{{- end -}}
{{- if and $values.networkPolicy.enabled $values.metrics.enabled (not $values.networkPolicy.metricsNamespace) -}}
{{- $wrong = append $wrong "networkPolicy.metricsNamespace is required while metrics.enabled: core shows its metrics to no other namespace" -}}
{{- end -}}
{{- range $name := list "serviceMonitor" "prometheusRule" "dashboard" -}}
{{- if and (get $values.metrics $name).enabled (not $values.metrics.enabled) -}}
{{- $wrong = append $wrong (printf "metrics.%s.enabled needs metrics.enabled: there is nothing to read otherwise" $name) -}}
{{- end -}}
{{- end -}}
{{- if has (int $values.metrics.port) (list 8787 8788) -}}
{{- $wrong = append $wrong (printf "metrics.port is %d, a port of requests, which an Ingress may show: choose another" (int $values.metrics.port)) -}}
{{- end -}}
{{- if and $values.tracing.existingSecret (not $values.tracing.endpoint) -}}
{{- $wrong = append $wrong "tracing.existingSecret needs tracing.endpoint: nobody is told otherwise" -}}
{{- end -}}
{{- if and $values.tracing.existingSecret (include "holdfast.isReadable" $values.tracing.endpoint) -}}
{{- $wrong = append $wrong "tracing.endpoint is http:// to a public host, where what tracing.existingSecret has would be read on its way: use https://, or the name of a Service with its namespace and .svc" -}}
{{- end -}}
{{- if include "holdfast.isReadable" $values.test.edgeUrl -}}
{{- $wrong = append $wrong "test.edgeUrl is http:// to a public host, where the session of an operator would be read on its way: use https://" -}}
{{- end -}}

{{- if $wrong -}}
{{- fail (printf "\n\nHoldfast cannot be installed with these values:\n  - %s\n" (join "\n  - " $wrong)) -}}
{{- end -}}
{{- end }}
