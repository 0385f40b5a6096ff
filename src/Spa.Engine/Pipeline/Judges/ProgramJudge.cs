using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// An oracle that is a program: it gets a JSON line <c>{index, prompt, responses: [text, ...]}</c> on stdin and answers each with a JSON line
/// <c>{scores: [number or null, ...]}</c> on stdout before it gets the next. It runs once for all rows, without a shell, and ends when its stdin does.
/// </summary>
public sealed class ProgramJudge : IResponseJudge
{
    private const int KeptErrorLines = 5;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IReadOnlyList<string> _command;
    private readonly TimeSpan _timeout;
    private readonly Queue<string> _errors = new();
    private Process? _process;

    /// <param name="command">The program and its arguments.</param>
    /// <param name="timeout">For the answer to one row.</param>
    public ProgramJudge(IReadOnlyList<string> command, TimeSpan timeout) => (_command, _timeout) = (command, timeout);

    public string Name => "gold";

    /// <exception cref="SpaException">The program cannot be started, ends early, is silent too long, or answers something else.</exception>
    public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
    {
        _process ??= Start();
        for (int i = 0; i < rows.Count; i++) done(i, new RowVerdict(Ask(_process, rows[i], cancel)));
    }

    public void Dispose()
    {
        if (_process is null) return;
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5))) _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or Win32Exception)
        {
            // It ended by itself.
        }

        _process.Dispose();
        _process = null;
    }

    private Process Start()
    {
        ProcessStartInfo start = new(_command[0], _command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardInputEncoding = s_utf8,
            StandardOutputEncoding = s_utf8,
        };
        try
        {
            Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, e) => KeepError(e.Data);
            process.BeginErrorReadLine();
            return process;
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or FileNotFoundException)
        {
            throw new SpaException($"the gold program '{_command[0]}' cannot be started ({error.Message.ReplaceLineEndings(" ")}); give its path, and its arguments one by one", error);
        }
    }

    private double[] Ask(Process process, SampledRow row, CancellationToken cancel)
    {
        var question = new JsonObject
        {
            ["index"] = row.Index,
            ["prompt"] = row.Prompt?.DeepClone(),
            ["responses"] = new JsonArray([.. row.Responses.Select(r => (JsonNode)r.Text)]),
        };
        string? line;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            line = Exchange(process, question.ToJsonString(s_relaxed) + "\n", limit.Token).GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            line = null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new SpaException($"the gold program '{_command[0]}' did not answer row {row.Index} within {_timeout.TotalSeconds:0.##} seconds{ErrorText()}; does it flush each line?");
        }

        return line is null ? throw new SpaException($"the gold program '{_command[0]}' ended before it answered row {row.Index}{ErrorText()}") : Read(line, row);
    }

    // A pipe holds 64 KiB: a program that does not read must not hold up the writer beyond its time, and one that answers before it has read all is heard.
    private static async Task<string?> Exchange(Process process, string question, CancellationToken limit)
    {
        // A thread of its own: a write to a full pipe blocks it. The caller ends the program when time is over, and the write with it.
        var written = Task.Run(() =>
        {
            process.StandardInput.Write(question);
            process.StandardInput.Flush();
        }, CancellationToken.None);
        Task<string?> answer = process.StandardOutput.ReadLineAsync(limit).AsTask();
        await written.WaitAsync(limit).ConfigureAwait(false);
        return await answer.ConfigureAwait(false);
    }

    private double[] Read(string line, SampledRow row)
    {
        try
        {
            if (JsonFiles.TryParse(line) is { } answer && IsOf(row, answer) && answer["scores"] is JsonArray scores && scores.Count == row.Responses.Length)
                return [.. scores.Select(s => s is null ? double.NaN : s.GetValue<double>())];
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            // Said below.
        }

        throw new SpaException($"the gold program '{_command[0]}' answered row {row.Index} with '{EndpointClient.Excerpt(line)}'; expected {{\"scores\": [...]}} with {row.Responses.Length} numbers, in the order of the questions");
    }

    // An answer that names its row names the row that was asked about.
    private static bool IsOf(SampledRow row, JsonObject answer) => answer["index"] is not JsonValue index || index.TryGetValue(out long number) && number == row.Index;

    private void KeepError(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            _errors.Enqueue(line);
            if (_errors.Count > KeptErrorLines) _errors.Dequeue();
        }
    }

    private string ErrorText()
    {
        lock (_errors) return _errors.Count == 0 ? "" : $" (it said: {string.Join(" / ", _errors)})";
    }
}
