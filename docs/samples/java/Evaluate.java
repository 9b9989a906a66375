import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Asks one warm {@code cds run --stream} about two patients and prints the worst finding of each.
 *
 * <p>Run it from the top of a checkout, with the command {@code cds} on the path:
 * {@code java docs/samples/java/Evaluate.java}
 */
public final class Evaluate implements AutoCloseable {
    private static final String[] COMMAND = {
        "cds", "run", "--stream", "--rules", "rulesets/heart-failure-weight.yaml", "--draft", "--lang", "nb"
    };

    private static final String GAINED =
        "{\"id\":\"request-1\",\"at\":\"2026-11-23T08:00\",\"patient\":{\"id\":\"Kari\",\"birth_date\":\"1948-04-17\","
        + "\"conditions\":[\"heart_failure\"],\"readings\":{\"body_weight\":["
        + "{\"time\":\"2026-11-21T07:30\",\"value\":81.0,\"unit\":\"kg\"},"
        + "{\"time\":\"2026-11-23T07:30\",\"value\":83.6,\"unit\":\"kg\"}]}}}";

    private static final String NOT_SUPPLIED =
        "{\"id\":\"request-2\",\"at\":\"2026-11-23T08:00\",\"patient\":{\"id\":\"Ola\",\"birth_date\":\"1951-09-02\","
        + "\"conditions\":[\"heart_failure\"]}}";

    private final Process process;
    private final Writer requests;
    private final BufferedReader responses;

    /** Starts the process and waits until its rulesets are loaded. */
    private Evaluate() throws IOException {
        // Standard error goes where ours goes: a pipe that nobody reads would fill and stop the process.
        process = new ProcessBuilder(COMMAND).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        requests = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        responses = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String ready = responses.readLine();
        if (ready == null) {
            throw new IOException("cds did not start; standard error says why");
        }
    }

    /** One request, one response: both are a single line of JSON. */
    private synchronized String ask(String request) throws IOException {
        requests.write(request);
        requests.write('\n');
        requests.flush();
        String response = responses.readLine();
        if (response == null) {
            throw new IOException("cds has ended; standard error says why");
        }
        return response;
    }

    /** Ends the input, upon which the process ends by itself. */
    @Override
    public void close() throws IOException {
        requests.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }

    /** What to show of a response; the findings come worst first. Unknown is not the same as all well. */
    private static String worst(String response) {
        if (response.contains("\"error\":{")) {
            return "not answered: " + text(response, "message");
        }
        String findings = response.substring(response.indexOf("\"findings\":["));
        String unknown = number(response, "unknown");
        String group = text(findings, "group");
        if (!group.equals("fired") && !group.equals("unconfirmed")) {
            return "no finding; cannot be told: " + unknown;
        }
        return group + " " + text(findings, "colour") + ": " + text(findings, "summary") + "; cannot be told: " + unknown;
    }

    /** The first text of this name. Enough for a sample; a product reads the response with its JSON library. */
    private static String text(String json, String name) {
        String key = "\"" + name + "\":\"";
        int start = json.indexOf(key) + key.length();
        int end = start;
        while (json.charAt(end) != '"') {
            end += json.charAt(end) == '\\' ? 2 : 1;
        }
        return json.substring(start, end).replace("\\\"", "\"");
    }

    /** The first number of this name. */
    private static String number(String json, String name) {
        String key = "\"" + name + "\":";
        return json.substring(json.indexOf(key) + key.length()).split("[,}]", 2)[0];
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Evaluate cds = new Evaluate()) {
            for (String request : new String[] {GAINED, NOT_SUPPLIED}) {
                String response = cds.ask(request);
                out.println(text(response, "id") + ": " + worst(response));
            }
        }
    }
}
