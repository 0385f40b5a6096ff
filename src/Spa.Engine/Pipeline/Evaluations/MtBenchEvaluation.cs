using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Evaluation.MtBench;
using Spa.Engine.Formats;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Reporting;
using Spa.Engine.Reporting.Plots;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>
/// <c>spa eval mt-bench</c> in a folder with FastChat's layout: answers of two turns, single-answer grading, scores with a radar plot. Answers and judgements are
/// phases of <c>run.json</c>: what is done with the same inputs is passed over, and what was interrupted goes on at its question.
/// </summary>
public sealed class MtBenchEvaluation
{
    private const int JudgeTokens = 2048;

    // Below it FastChat decodes greedily.
    private const double Greedy = 1e-4;

    private readonly RunContext _context;
    private readonly RunState _state;
    private readonly MtBenchFiles _files;
    private readonly IReadOnlyList<MtBenchQuestion> _questions;

    /// <param name="folder">Made if it is missing.</param>
    /// <param name="questions">What is asked.</param>
    /// <param name="context">Device and log.</param>
    /// <param name="environment">Versions, for the record.</param>
    public MtBenchEvaluation(string folder, IReadOnlyList<MtBenchQuestion> questions, RunContext context, JsonObject environment)
    {
        (_questions, _context, _files) = (questions, context, new MtBenchFiles(new RunFolder(folder).Path));
        _state = new RunState(_files.State, environment);
    }

    /// <summary>Lets a model answer: turn 1, then turn 2 after its own first answer; returns the file.</summary>
    /// <param name="name">Of the model, in the files.</param>
    /// <param name="identity">What answers depend on beside questions and name.</param>
    /// <param name="maxNewTokens">Longest answer.</param>
    /// <param name="makeChat">Makes the model; not called where all is done.</param>
    public string Answer(string name, JsonObject identity, int maxNewTokens, Func<IChatModel> makeChat)
    {
        string target = _files.Answers(name);
        var inputs = new JsonObject { ["questions"] = QuestionsJson(), ["name"] = name, ["model"] = identity, ["max_new_tokens"] = maxNewTokens };
        string phase = $"mt-bench/answers/{name}";
        _state.Run(phase, inputs, [target], _context.Log, key =>
        {
            using var rows = new PartialRows(target, key);
            HashSet<int> done = [.. rows.Existing.Select(row => row["question_id"]!.GetValue<int>())];
            MtBenchQuestion[] left = [.. _questions.Where(q => !done.Contains(q.Id))];
            if (left.Length > 0)
            {
                using IChatModel chat = makeChat();
                _context.Log.Progress(phase, done.Count, _questions.Count, "questions");
                // Few at a time, so that an interruption costs few.
                foreach (MtBenchQuestion[] chunk in left.Chunk(16)) AnswerChunk(chunk, name, maxNewTokens, chat, rows, done, phase);
            }

            rows.Commit();
            return new PhaseResult(new JsonObject { ["questions"] = _questions.Count });
        });
        return target;
    }

    /// <summary>Lets a judge rate every turn of every answer; returns the file.</summary>
    /// <param name="answersPath">An answer file.</param>
    /// <param name="name">Of the model, in the files.</param>
    /// <param name="judge">Name of the judge, in the files.</param>
    /// <param name="identity">What verdicts depend on beside texts.</param>
    /// <param name="prompts">FastChat's prompts.</param>
    /// <param name="references">Reference answers by question; empty without any.</param>
    /// <param name="makeChat">Makes the judge; not called where all is done.</param>
    public string Judge(string answersPath, string name, string judge, JsonObject identity, MtBenchPrompts prompts, IReadOnlyDictionary<int, IReadOnlyList<string>> references,
        Func<IChatModel> makeChat)
    {
        string target = _files.Part(judge, name);
        MtBenchTask[] tasks = [.. Tasks(answersPath, prompts, references)];
        var inputs = new JsonObject
        {
            ["prompts"] = new JsonArray([.. tasks.Select(t => (JsonNode)new JsonArray([.. t.Messages.Select(m => (JsonNode)$"{m.Role}: {m.Content}")]))]),
            ["name"] = name,
            ["judge"] = identity,
        };
        string phase = JudgementPhase(judge, name);
        _state.Run(phase, inputs, [target], _context.Log, key =>
        {
            using var rows = new PartialRows(target, key);
            HashSet<(int, int)> done = [.. rows.Existing.Select(row => (row["question_id"]!.GetValue<int>(), row["turn"]!.GetValue<int>()))];
            JsonObject? usage = null;
            if (tasks.Any(IsLeft))
            {
                using IChatModel chat = makeChat();
                // What a service said before is in its cache: it is read again, so that usage is that of all judgements.
                MtBenchTask[] left = chat.Usage is null ? [.. tasks.Where(IsLeft)] : tasks;
                _context.Log.Progress(phase, done.Count, tasks.Length, "judgements");
                chat.Complete([.. left.Select(t => new ChatRequest(t.Messages, JudgeTokens, 0, (uint)(2 * t.Question.Id + t.Turn)))], (i, reply) =>
                {
                    if (!IsLeft(left[i])) return;
                    rows.Append(Judgement(left[i], reply.Text, name, judge));
                    done.Add((left[i].Question.Id, left[i].Turn));
                    _context.Log.Progress(phase, done.Count, tasks.Length, "judgements");
                }, _context.Cancel);
                usage = chat.Usage;
            }

            rows.Commit();
            return new PhaseResult(new JsonObject { ["judgements"] = tasks.Length, ["usage"] = usage?.DeepClone() });

            bool IsLeft(MtBenchTask task) => !done.Contains((task.Question.Id, task.Turn));
        });
        string[] parts = [.. Directory.GetFiles(_files.Parts(judge), "*.jsonl").Order(StringComparer.Ordinal)];
        RowWriter.WriteAll(_files.Judgements(judge), parts.SelectMany(part => RowReader.Read(part)).Select(row => row.Json));
        return target;
    }

    /// <summary>Writes mt-bench.json and, from three categories on, the radar plot; returns what mt-bench.json holds.</summary>
    public JsonObject Score(MtBenchScores scores, string model, string judge, ulong seed)
    {
        JsonObject document = MtBenchText.ToJson(scores);
        (document["model"], document["judge"], document["seed"]) = (model, judge, seed);
        document["usage"] = _state.Find(JudgementPhase(judge, model))?.Summary["usage"]?.DeepClone();
        document["environment"] = _state.Environment.DeepClone();
        JsonFiles.WriteObject(_files.Scores, document);
        // Fewer than three categories span no area.
        RadarChart radar = Radar(scores, model);
        if (radar.HasData) AtomicFile.WriteAllText(_files.Radar, radar.ToSvg());
        return document;
    }

    private static string JudgementPhase(string judge, string name) => $"mt-bench/judgements/{judge}/{name}";

    private static RadarChart Radar(MtBenchScores scores, string model) => new()
    {
        Title = "MT-Bench by category",
        Note = "mean rating, 0 to 10",
        Groups = [.. scores.Categories.Select(c => c.Key)],
        Series = [new BarSeries(model, [.. scores.Categories.Select(c => new Estimate(c.Value.Value, c.Value.Low, c.Value.High))])],
        End = 10,
    };

    private void AnswerChunk(MtBenchQuestion[] chunk, string name, int maxNewTokens, IChatModel chat, PartialRows rows, HashSet<int> done, string phase)
    {
        _context.Cancel.ThrowIfCancellationRequested();
        string[] first = new string[chunk.Length];
        ChatRequest Request(MtBenchQuestion question, uint turn, params IReadOnlyList<Message> messages) =>
            new(messages, maxNewTokens, question.Temperature < Greedy ? 0 : question.Temperature, 2 * (uint)question.Id + turn);
        chat.Complete([.. chunk.Select(q => Request(q, 0, new Message(Message.User, q.Turns[0])))], (i, reply) => first[i] = reply.Text.Trim(), _context.Cancel);
        int[] two = [.. Enumerable.Range(0, chunk.Length).Where(i => chunk[i].Turns.Count > 1)];
        string[] second = new string[chunk.Length];
        ChatRequest[] requests = [.. two.Select(i => Request(chunk[i], 1,
            new Message(Message.User, chunk[i].Turns[0]), new Message(Message.Assistant, first[i]), new Message(Message.User, chunk[i].Turns[1])))];
        if (requests.Length > 0) chat.Complete(requests, (i, reply) => second[two[i]] = reply.Text.Trim(), _context.Cancel);
        for (int i = 0; i < chunk.Length; i++)
        {
            string[] turns = chunk[i].Turns.Count > 1 ? [first[i], second[i]] : [first[i]];
            string id = ContentHash.Of(new JsonObject { ["model"] = name, ["question"] = chunk[i].Id, ["turns"] = string.Join('\0', turns) })[..22];
            rows.Append(MtBenchAnswers.ToJson(chunk[i].Id, id, name, turns, Now()));
            done.Add(chunk[i].Id);
            _context.Log.Progress(phase, done.Count, _questions.Count, "questions");
        }
    }

    private IEnumerable<MtBenchTask> Tasks(string answersPath, MtBenchPrompts prompts, IReadOnlyDictionary<int, IReadOnlyList<string>> references)
    {
        IReadOnlyDictionary<int, IReadOnlyList<string>> answers = MtBenchAnswers.Read(answersPath);
        for (int turn = 1; turn <= 2; turn++)
        {
            foreach (MtBenchQuestion question in _questions.Where(q => q.Turns.Count >= turn))
            {
                if (!answers.TryGetValue(question.Id, out IReadOnlyList<string>? given) || given.Count < turn)
                    throw new SpaException($"{answersPath}: expected an answer to turn {turn} of question {question.Id}, found none; answer all questions, or judge fewer");
                yield return new MtBenchTask(question, turn, prompts.Fill(question, turn, given, references.GetValueOrDefault(question.Id)));
            }
        }
    }

    private static JsonObject Judgement(MtBenchTask task, string reply, string name, string judge) => new()
    {
        ["question_id"] = task.Question.Id,
        ["model"] = name,
        ["judge"] = new JsonArray(judge, MtBenchPrompts.NameOf(task.Question, task.Turn)),
        ["user_prompt"] = task.Messages[^1].Content,
        ["judgment"] = reply,
        ["score"] = Rating.Read(reply),
        ["turn"] = task.Turn,
        ["tstamp"] = Now(),
    };

    private JsonArray QuestionsJson() => new([.. _questions.Select(q => (JsonNode)new JsonArray([q.Id, q.Category, .. q.Turns.Select(t => (JsonNode)t)]))]);

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
}
