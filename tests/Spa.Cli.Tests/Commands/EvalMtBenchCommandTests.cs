using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;
using Spa.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class EvalMtBenchCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Two_turns_are_answered_rated_and_a_second_call_does_nothing()
    {
        string model = TinyModel.Write(_folder, "model", 1), judge = TinyModel.Write(_folder, "judge", 2);
        string[] command = ["eval", "mt-bench", "--model", model, "--questions", Questions(), "--judge-prompts", Prompts(), "--judge", "llm", "--judge-model", judge,
            "--reference-answers", References(), "--output", _folder.In("out"), "--max-new-tokens", "5", "--json"];
        // A random judge says no [[7]], so there is no score; answers and judgements are there.
        CommandLine.Run([.. command, "--quiet"]).FailedWith(1, "none of 4 judgements");
        JsonObject[] answers = _folder.Rows("out/model_answer/model.jsonl");
        Assert.That(answers.Select(a => a["question_id"]!.GetValue<int>()), Is.EqualTo(new[] { 81, 101 }));
        Assert.That(answers[0].Select(p => p.Key), Is.EqualTo(new[] { "question_id", "answer_id", "model_id", "choices", "tstamp" }), "FastChat's keys");
        Assert.That(answers[0]["choices"]![0]!["turns"]!.AsArray(), Has.Count.EqualTo(2));
        JsonObject[] judgements = _folder.Rows("out/model_judgment/judge_single.jsonl");
        Assert.That(judgements.Select(j => $"{j["question_id"]} {j["turn"]} {j["judge"]![1]}"),
            Is.EqualTo(new[] { "81 1 single-v1", "101 1 single-math-v1", "81 2 single-v1-multi-turn", "101 2 single-math-v1-multi-turn" }));
        Assert.That(judgements[1]["user_prompt"]!.ToString(), Does.StartWith("M q1 ").And.EndWith(" r1"));
        Assert.That(judgements.Select(j => j["score"]!.GetValue<double>()), Is.All.EqualTo(-1));
        Assert.That(CommandLine.Run(command).Error, Does.Contain("answers/model: done before").And.Contain("judgements/judge/model: done before"));
    }

    [Test]
    public void A_service_rates_several_models_in_one_folder()
    {
        string model = TinyModel.Write(_folder, "model", 1), other = TinyModel.Write(_folder, "other", 2);
        using ChatServer server = new((request, _) => (200, ChatServer.Reply($"Rating: [[{(ChatServer.Said(request).StartsWith('M') ? 3 : 8)}]]")));
        foreach (string path in new[] { model, other })
        {
            JsonObject result = CommandLine.Run("eval", "mt-bench", "--model", path, "--questions", Questions(), "--judge-prompts", Prompts(), "--reference-answers", References(), "--judge", "endpoint",
                "--url", server.Url, "--judge-model", "org/judge", "--output", _folder.In("out"), "--max-new-tokens", "5", "--json").Succeeded().Json;
            Assert.That(result["score"]!["value"]!.GetValue<double>(), Is.EqualTo(5.5));
            Assert.That(result["categories"]!["math"]!["value"]!.GetValue<double>(), Is.EqualTo(3));
        }

        Assert.That(_folder.Rows("out/model_judgment/org-judge_single.jsonl").Select(j => j["model"]!.ToString()).Distinct(), Is.EqualTo(new[] { "model", "other" }));
        Assert.That(server.Requests.First()["max_tokens"]!.GetValue<int>(), Is.EqualTo(2048));
        Assert.That(_folder.In("out/radar.svg"), Does.Not.Exist, "two categories span no area");
    }

    [Test]
    public void Judgements_of_FastChat_are_scored()
    {
        string judgements = _folder.Lines("j.jsonl", Judgement(81, 1, 8), Judgement(81, 2, 6), Judgement(101, 1, 1), Judgement(101, 2, -1));
        CliResult result = CommandLine.Run("eval", "mt-bench", "--questions", Questions(), "--judgements", judgements, "--json").Succeeded();
        Assert.That(result.Json["score"]!["value"]!.GetValue<double>(), Is.EqualTo(5));
        Assert.That(result.Json["categories"]!["writing"]!["value"]!.GetValue<double>(), Is.EqualTo(7));
        Assert.That(result.Json["without_rating"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(CommandLine.Run("eval", "mt-bench", "--questions", Questions(), "--judgements", judgements).Succeeded().Out, Does.Contain("MT-Bench score").And.Contain("math"));
        CommandLine.Run("eval", "mt-bench", "--questions", Questions(), "--judgements", judgements, "--name", "other").FailedWith(1, "no judgement of 'other'");
    }

    [Test]
    public void Missing_reference_answers_are_told_before_work_begins() =>
        CommandLine.Run("eval", "mt-bench", "--model", "m", "--questions", Questions(), "--judge-prompts", Prompts(), "--judge", "llm", "--judge-model", "j", "--output", _folder.In("out"))
            .FailedWith(2, "--reference-answers", "101");

    private static string Judgement(int question, int turn, double score) =>
        new JsonObject { ["question_id"] = question, ["model"] = "m", ["judge"] = new JsonArray("gpt-4", "single-v1"), ["judgment"] = "", ["score"] = score, ["turn"] = turn }.ToJsonString();

    private string Questions() => _folder.Lines("questions.jsonl", """{"question_id": 81, "category": "writing", "turns": ["p1", "p2"]}""", """{"question_id": 101, "category": "math", "turns": ["q1", "q2"]}""");

    private string References() => _folder.Lines("references.jsonl", """{"question_id": 101, "choices": [{"index": 0, "turns": ["r1", "r2"]}]}""");

    private string Prompts() => _folder.Lines("prompts.jsonl",
        """{"name": "single-v1", "system_prompt": "", "prompt_template": "S {question} {answer}"}""",
        """{"name": "single-math-v1", "system_prompt": "", "prompt_template": "M {question} {answer} {ref_answer_1}"}""",
        """{"name": "single-v1-multi-turn", "system_prompt": "", "prompt_template": "S2 {question_1} {answer_1} {question_2} {answer_2}"}""",
        """{"name": "single-math-v1-multi-turn", "system_prompt": "", "prompt_template": "M2 {ref_answer_1} {ref_answer_2} {question_1} {answer_1} {question_2} {answer_2}"}""");
}
