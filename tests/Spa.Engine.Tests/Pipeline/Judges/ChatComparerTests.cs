using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Tests.Reporting;
using Spa.Engine.Tests.Support;
using Spa.Tests.Support;

namespace Spa.Engine.Tests.Pipeline.Judges;

internal sealed class ChatComparerTests
{
    private static readonly PairPrompt s_letters = new([new Message("user", "{output_1}{output_2}")], "m", "M");

    [Test]
    public void The_probability_is_shared_by_the_two_verdicts()
    {
        PairAnswer answer = Read("m", ("m", Math.Log(0.6)), ("M", Math.Log(0.2)), ("x", Math.Log(0.1)));
        Assert.That(answer.FirstWins, Is.EqualTo(0.75).Within(1e-12));
        Assert.That(answer.Mass, Is.EqualTo(0.8).Within(1e-12));
    }

    [Test]
    public void A_verdict_that_is_not_among_the_alternatives_counts_0()
    {
        Assert.That(Read("M", ("M", -0.1), ("z", -3)).FirstWins, Is.Zero);
        Assert.That(Read("?", ("?", -0.1), ("z", -3)).FirstWins, Is.NaN);
    }

    [Test]
    public void White_space_around_a_verdict_counts_only_where_no_verdict_stands_alone()
    {
        Assert.That(Read("m", ("m", Math.Log(0.5)), (" M", Math.Log(0.4))).FirstWins, Is.EqualTo(1), "as AlpacaEval reads it");
        Assert.That(Read(" m", (" m", Math.Log(0.3)), (" M", Math.Log(0.1))).FirstWins, Is.EqualTo(0.75).Within(1e-12));
    }

    [TestCase("m", 1)]
    [TestCase(" M.", 0)]
    [TestCase("I think [[B]] is better", 0)]
    [TestCase("... [[C]]", 0.5)]
    [TestCase("A longer answer is not a better one: [[B]]", 0)]
    [TestCase("many words", double.NaN)]
    [TestCase("neither", double.NaN)]
    public void Without_alternatives_the_text_decides(string text, double expected) => Assert.That(Read(text).FirstWins, Is.EqualTo(expected));

    /// <summary>AlpacaEval's published replies have the judge's five alternatives: its preferences follow from them.</summary>
    [TestCase("claude-2.1")]
    [TestCase("vicuna-7b-v1.5")]
    [TestCase("phi-2")]
    public void Published_replies_give_the_published_preferences(string model)
    {
        int compared = 0;
        foreach (SourceRow row in RowReader.Read(Evaluation.AlpacaEval.AlpacaData.File($"{model}/annotations.json.gz")))
        {
            if (row.Json["raw_completion"] is not JsonObject raw || Alternatives(raw) is not { Length: > 0 } alternatives) continue;
            double first = Read("", alternatives).FirstWins;
            bool switched = Engine.Evaluation.AlpacaEval.ShownOrder.IsSwitched(row.Json["instruction"]!.ToString());
            double preference = switched ? 1 + first : 2 - first;
            // Ten decimals are stored.
            Assert.That(preference, Is.EqualTo(row.Json["preference"]!.GetValue<double>()).Within(1e-9), row.Location.ToString());
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(700));
    }

    [Test]
    public void AlpacaEvals_prompt_file_is_read()
    {
        PairPrompt prompt = PairPrompt.Read(Fixtures.Require("data/alpaca-eval/judge-prompt.txt"), "m", "M");
        IReadOnlyList<Message> messages = prompt.Fill(new PairQuestion("What is {output_2}?", "First {instruction}", "Second"));
        Assert.That(messages.Select(m => m.Role), Is.EqualTo(new[] { "system", "user" }));
        Assert.That(messages[1].Content, Does.Contain("\"instruction\": \"\"\"What is {output_2}?\"\"\"").And.Contain("\"output\": \"\"\"First {instruction}\"\"\"").And.Contain("\"output\": \"\"\"Second\"\"\""),
            "what is filled in is not filled again");
    }

    [Test]
    public void A_prompt_that_asks_for_a_mark_leaves_room_for_an_explanation()
    {
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("A is good, B is better. [[B]]")));
        using EndpointChat chat = new(new EndpointSettings { Url = server.Url, Model = "judge" });
        PairPrompt prompt = new([new Message("user", "{question} {answer_a} {answer_b} End with [[A]] or [[B]].")], "A", "B");
        PairAnswer answer = default!;
        new ChatComparer(chat, prompt).Compare([new PairQuestion("q", "x", "y")], (_, a) => answer = a, default);
        Assert.That(answer.FirstWins, Is.Zero);
        Assert.That(server.Requests.Single().ToJsonString(), Does.Contain("\"max_tokens\":2048").And.Not.Contain("logprobs"));
    }

    [Test]
    public void A_prompt_without_the_places_is_refused()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.FullName, "prompt.txt");
        File.WriteAllText(file, "Which is better, {output_1}?");
        Assert.That(() => PairPrompt.Read(file, "A", "B"), Throws.TypeOf<SpaException>().With.Message.Contains("{output_2}"));
        Assert.That(() => new PairPrompt([], "A", "A"), Throws.TypeOf<UsageException>());
    }

    private static (string, double)[] Alternatives(JsonObject raw)
    {
        JsonNode? top = raw["logprobs"]?["content"]?[0]?["top_logprobs"];
        return top is null ? [] : [.. top.AsArray().Select(t => (t!["token"]!.ToString(), t["logprob"]!.GetValue<double>()))];
    }

    private static PairAnswer Read(string text, params (string Token, double Logp)[] alternatives) =>
        new ChatComparer(null!, s_letters).Read(new ChatReply(text, false, alternatives.Length == 0 ? null : [.. alternatives.Select(a => KeyValuePair.Create(a.Token, a.Logp))]));
}
