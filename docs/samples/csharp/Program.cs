using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;

/// <summary>
/// Asks one warm `cds run --stream` about two patients and prints the worst finding of each.
/// Run it from the top of a checkout, with the command `cds` on the path:
/// dotnet run --project docs/samples/csharp
/// </summary>
public sealed class Evaluate : IDisposable
{
    private const string Options = "run --stream --rules rulesets/heart-failure-weight.yaml --draft --lang nb";

    private const string Gained = @"{""id"":""request-1"",""at"":""2026-11-23T08:00"",""patient"":{""id"":""Kari"","
        + @"""birth_date"":""1948-04-17"",""conditions"":[""heart_failure""],""readings"":{""body_weight"":["
        + @"{""time"":""2026-11-21T07:30"",""value"":81.0,""unit"":""kg""},"
        + @"{""time"":""2026-11-23T07:30"",""value"":83.6,""unit"":""kg""}]}}}";

    private const string NotSupplied = @"{""id"":""request-2"",""at"":""2026-11-23T08:00"",""patient"":{""id"":""Ola"","
        + @"""birth_date"":""1951-09-02"",""conditions"":[""heart_failure""]}}";

    private readonly Process process;
    private readonly object turn = new object();

    /// <summary>Starts the process and waits until its rulesets are loaded.</summary>
    private Evaluate()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        process = Process.Start(new ProcessStartInfo("cds", Options)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true, // standard error stays ours: a pipe that nobody reads would fill
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
        });
        if (process.StandardOutput.ReadLine() == null)
        {
            throw new IOException("cds did not start; standard error says why");
        }
    }

    /// <summary>One request, one response: both are a single line of JSON.</summary>
    private JsonDocument Ask(string request)
    {
        lock (turn)
        {
            process.StandardInput.Write(request + "\n");
            process.StandardInput.Flush();
            string response = process.StandardOutput.ReadLine();
            return JsonDocument.Parse(response ?? throw new IOException("cds has ended; standard error says why"));
        }
    }

    /// <summary>Ends the input, upon which the process ends by itself.</summary>
    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(10_000))
        {
            process.Kill();
        }
        process.Dispose();
    }

    /// <summary>What to show of a response; the findings come worst first. Unknown is not the same as all well.</summary>
    private static string Worst(JsonElement response)
    {
        if (response.TryGetProperty("error", out JsonElement error))
        {
            return "not answered: " + error.GetProperty("message").GetString();
        }
        JsonElement result = response.GetProperty("result");
        int unknown = result.GetProperty("counts").GetProperty("unknown").GetInt32();
        JsonElement worst = result.GetProperty("findings")[0];
        string group = worst.GetProperty("group").GetString();
        if (group != "fired" && group != "unconfirmed")
        {
            return $"no finding; cannot be told: {unknown}";
        }
        string colour = worst.GetProperty("colour").GetString();
        return $"{group} {colour}: {worst.GetProperty("summary").GetString()}; cannot be told: {unknown}";
    }

    public static void Main()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using (var cds = new Evaluate())
        {
            foreach (string request in new[] { Gained, NotSupplied })
            {
                using (JsonDocument response = cds.Ask(request))
                {
                    string id = response.RootElement.GetProperty("id").GetString();
                    Console.WriteLine($"{id}: {Worst(response.RootElement)}");
                }
            }
        }
    }
}
