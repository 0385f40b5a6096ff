using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests.Pipeline;

internal sealed class LoopDataTests
{
    [Test]
    public void Seed_pairs_are_drawn_by_the_seed_in_the_order_of_the_file_and_a_smaller_draw_is_part_of_a_larger_one()
    {
        using TinyRun tiny = new();
        using ModelBundle bundle = ModelBundle.Open(tiny.ModelPath);
        var log = new CollectingLog();
        string[] Draw(params string[] overrides) => [.. new LoopData(tiny.Config(overrides), bundle, log).Seed.Select(p => string.Join(' ', [.. p.Prompt, -1, .. p.Chosen]))];
        string[] all = Draw();
        Assert.That(Draw("spa.seed_pairs=3"), Has.Length.EqualTo(3).And.EqualTo(all.Where(Draw("spa.seed_pairs=3").Contains)));
        Assert.That(Draw("spa.seed_pairs=3"), Is.SubsetOf(Draw("spa.seed_pairs=4")));
        Assert.That(Enumerable.Range(0, 8).Select(seed => string.Join('|', Draw("spa.seed_pairs=3", $"seed={seed}"))).Distinct().Count(), Is.GreaterThan(2));
        log.Notices.Clear();
        Assert.That(Draw($"spa.seed_pairs={all.Length + 1}"), Is.EqualTo(all));
        Assert.That(log.Notices, Has.Some.Contains($"{all.Length} pairs, {all.Length + 1} were asked for"));
    }

    [Test]
    public void Samples_keep_what_a_judges_own_template_is_given_and_other_tools_make_other_prompts()
    {
        JsonObject Row(string tools) => JsonNode.Parse($$"""{"index":0,"prompt":[],"tools":{{tools}},"chat_template_kwargs":{"x":1},"prompt_ids":[1],"responses":[]}""")!.AsObject();
        SampledRow row = SampledRow.FromJson(Row("""[{"name":"f"}]"""));
        Assert.That(row.ToJson().ToJsonString(), Is.EqualTo(Row("""[{"name":"f"}]""").ToJsonString()));
        string Hash(string tools) => LoopData.Hash([new LoopPrompt(0, null, [1], TemplateArguments.Of(Row(tools)))]);
        string HashOf(string turn) => LoopData.Hash([new LoopPrompt(0, new JsonArray(JsonNode.Parse(turn)), [1])]);
        Assert.That(HashOf("""{"role":"user","content":"q","name":"n"}"""), Is.Not.EqualTo(HashOf("""{"role":"user","content":"q","name":"m"}""")));
        Assert.That((Hash("""[{"name":"f"}]""") == Hash("""[{"name":"f"}]"""), Hash("""[{"name":"f"}]""") == Hash("""[{"name":"g"}]""")), Is.EqualTo((true, false)));
    }
}
