using System.Text.Json.Nodes;
using Spa.Engine.Pipeline;
using Spa.Tests.Support;

namespace Spa.Engine.Tests.Pipeline.Judges;

/// <summary>Every judge in the loop, named by the configuration.</summary>
internal sealed class RunJudgeTests
{
    [Test]
    public void All_pairs_of_three_responses_are_taken_judged_and_trained()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: ["spa.samples_per_prompt=3", "spa.judging.pairs=all", "spa.iterations=1"]);
        JsonObject[] lines = Lines(folder.Pairs(1));
        JsonObject audit = JsonNode.Parse(File.ReadAllText(folder.Audit(1)))!.AsObject();
        Assert.That(audit["prompts"]!.GetValue<int>(), Is.EqualTo(9));
        Assert.That(audit["responses"]!.GetValue<int>(), Is.EqualTo(27), "a response counts once, however many pairs it is in");
        Assert.That(lines.Count(l => l["outcome"]!.ToString() == "pair"), Is.EqualTo(audit["pairs"]!.GetValue<int>()).And.GreaterThan(9));
        Assert.That(lines.GroupBy(l => l["index"]!.GetValue<int>()).Select(g => g.Count()), Is.All.EqualTo(3));
    }

    [Test]
    public void A_judge_that_compares_tells_its_bias_in_the_audit()
    {
        using TinyRun tiny = new();
        // Short enough for the tiny model's context.
        File.WriteAllText(tiny.In("prompt.txt"), "{output_1}|{output_2}?");
        RunFolder folder = tiny.Execute(overrides: ["spa.judge=llm", $"spa.judging.prompt={tiny.In("prompt.txt")}", "spa.iterations=1"]);
        JsonObject audit = JsonNode.Parse(File.ReadAllText(folder.Audit(1)))!.AsObject();
        JsonObject first = Lines(folder.Pairs(1)).First(l => l["outcome"]!.ToString() == "pair");
        Assert.That(audit["comparisons"]!["comparisons"]!.GetValue<int>(), Is.EqualTo(9));
        Assert.That(first["judge"]!.ToString(), Is.EqualTo("llm"));
        Assert.That(first["judgement"]!["comparisons"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_service_judges_and_what_it_said_is_kept_in_the_run_folder()
    {
        using TinyRun tiny = new();
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("A", ("A", Math.Log(0.7)), ("B", Math.Log(0.2)))));
        string[] overrides = ["spa.judge=endpoint", $"spa.judging.url={server.Url}", "spa.judging.model=remote", "spa.iterations=1", "spa.judging.retries=0"];
        // It always prefers what is shown first, so both orders cancel and nothing is left to train on.
        Assert.That(() => tiny.Execute(overrides: overrides), Throws.TypeOf<SpaException>().With.Message.Contains("none of 9 prompts gave a preference pair"));
        Assert.That(server.Requests, Has.Count.EqualTo(18));
        int asked = server.Requests.Count;
        Assert.That(() => tiny.Execute(overrides: overrides), Throws.TypeOf<SpaException>());
        Assert.That(server.Requests, Has.Count.EqualTo(asked), "the same command asks nothing again");
        Assert.That(Directory.GetFiles(Path.Combine(tiny.OutputPath, "judge-cache"), "*.json", SearchOption.AllDirectories), Has.Length.EqualTo(18));
    }

    [Test]
    public void What_a_service_cost_is_told_whole_behind_an_interruption()
    {
        using TinyRun tiny = new();
        using ChatServer server = new((request, _) => (200, ChatServer.Reply(string.CompareOrdinal(ChatServer.Said(request).Split('|')[0], ChatServer.Said(request).Split('|')[1]) < 0 ? "A" : "B")));
        File.WriteAllText(tiny.In("prompt.txt"), "{output_1}|{output_2}");
        string[] overrides = ["spa.judge=endpoint", $"spa.judging.url={server.Url}", "spa.judging.model=remote", $"spa.judging.prompt={tiny.In("prompt.txt")}", "spa.iterations=1"];
        RunFolder folder = tiny.Execute(overrides: overrides);
        byte[] whole = File.ReadAllBytes(folder.Pairs(1));
        string key = JsonNode.Parse(File.ReadAllText(folder.State))!["phases"]!.AsArray().Single(p => p!["name"]!.ToString() == "stage-1/judge")!["key"]!.ToString();
        File.WriteAllText($"{folder.Pairs(1)}.partial-{key[..16]}", string.Concat(File.ReadAllLines(folder.Pairs(1)).Take(4).Select(l => l + "\n")));
        File.Delete(folder.Pairs(1));
        int asked = server.Requests.Count;
        tiny.Execute(overrides: overrides);
        Assert.That(File.ReadAllBytes(folder.Pairs(1)), Is.EqualTo(whole));
        JsonObject usage = JsonNode.Parse(File.ReadAllText(folder.State))!["phases"]!.AsArray().Single(p => p!["name"]!.ToString() == "stage-1/judge")!["summary"]!["usage"]!.AsObject();
        Assert.That(usage["from_cache"]!.GetValue<int>(), Is.EqualTo(asked), "also the four prompts that were judged before");
        Assert.That(server.Requests, Has.Count.EqualTo(asked));
    }

    [Test]
    public void A_gold_program_decides()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("needs /bin/sh");
        using TinyRun tiny = new();
        string script = tiny.In("oracle.sh");
        File.WriteAllText(script, """while read -r line; do echo '{"scores": [0, 1]}'; done""");
        RunFolder folder = tiny.Execute(overrides: ["spa.judge=gold", $"spa.judging.program=[/bin/sh, {script}]", "spa.iterations=1"]);
        foreach (JsonObject line in Lines(folder.Pairs(1)).Where(l => l["outcome"]!.ToString() == "pair"))
        {
            Assert.That(line["margin"]!.GetValue<double>(), Is.EqualTo(1));
            Assert.That(line["judge"]!.ToString(), Is.EqualTo("gold"));
        }
    }

    [Test]
    public void An_interrupted_judge_goes_on_inside_a_prompts_pairs_with_the_same_bytes()
    {
        using TinyRun tiny = new();
        string[] overrides = ["spa.samples_per_prompt=3", "spa.judging.pairs=all", "spa.iterations=1"];
        RunFolder folder = tiny.Execute(overrides: overrides);
        byte[] whole = File.ReadAllBytes(folder.Pairs(1));
        string key = JsonNode.Parse(File.ReadAllText(folder.State))!["phases"]!.AsArray().Single(p => p!["name"]!.ToString() == "stage-1/judge")!["key"]!.ToString();
        string[] lines = File.ReadAllLines(folder.Pairs(1));
        // Two whole prompts, one line of the third, and half a line.
        File.WriteAllText($"{folder.Pairs(1)}.partial-{key[..16]}", string.Concat(lines.Take(7).Select(l => l + "\n")) + lines[7][..20]);
        File.Delete(folder.Pairs(1));
        tiny.Execute(overrides: overrides);
        Assert.That(File.ReadAllBytes(folder.Pairs(1)), Is.EqualTo(whole));
    }

    [TestCase("spa.judge=endpoint", "spa.judging.url")]
    [TestCase("spa.judge=gold", "labels")]
    [TestCase("spa.judge=reward-model", "needs the folder of a reward model")]
    public void What_a_judge_misses_is_told_before_work_begins(string setting, string part)
    {
        using TinyRun tiny = new();
        Assert.That(() => tiny.Execute(overrides: setting), Throws.TypeOf<UsageException>().With.Message.Contains(part));
        Assert.That(Directory.Exists(Path.Combine(tiny.OutputPath, "stage-0-seed")), Is.False);
    }

    private static JsonObject[] Lines(string path) => [.. File.ReadLines(path).Select(line => JsonNode.Parse(line)!.AsObject())];
}
