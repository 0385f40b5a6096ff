using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Configuration;

namespace Spa.Engine.Tests.Configuration;

internal sealed class ConfigurationFileTests
{
    [TestCase("5e-7", "5E-07")]
    [TestCase("1", "1")]
    [TestCase("-0.5", "-0.5")]
    [TestCase("0x10", "16")]
    [TestCase("true", "true")]
    [TestCase("no", "\"no\"")]
    [TestCase("on", "\"on\"")]
    [TestCase("1_000", "\"1_000\"")]
    [TestCase("'1'", "\"1\"")]
    [TestCase("\"true\"", "\"true\"")]
    [TestCase("~", "null")]
    [TestCase("", "null")]
    [TestCase("1.2.3", "\"1.2.3\"")]
    [TestCase("[1, a]", "[1,\"a\"]")]
    public void Scalars_have_the_types_of_YAML_1_2(string yaml, string json)
    {
        JsonNode? value = ConfigurationFile.Parse($"x: {yaml}\n", "c.yaml").Root["x"];
        Assert.That(value?.ToJsonString() ?? "null", Is.EqualTo(json));
    }

    [TestCase("a: 1\nb: 2\na: 3\n", "c.yaml:3: the key 'a' is written twice")]
    [TestCase("{\"a\": 1,\n\"a\": 2}", "c.yaml:2: the key 'a' is written twice")]
    [TestCase("a: [1, 2\n", "c.yaml:2")]
    [TestCase("a: b: c\n", "c.yaml:1")]
    [TestCase("- 1\n", "c.yaml: expected keys and values")]
    [TestCase("a: !!python/object:os.system x\n", "c.yaml:1: tags such as")]
    [TestCase("a: &x {b: 1}\nc:\n  <<: *x\n", "c.yaml:3: merge keys")]
    [TestCase("a: 1\n---\nb: 2\n", "second")]
    [TestCase("a: .nan\n", "c.yaml:1: expected a finite number, found .nan")]
    [TestCase("a: 1e999\n", "c.yaml:1: expected a finite number")]
    [TestCase("a: *x\n", "c.yaml:1")]
    public void Bad_YAML_is_one_line_with_its_place(string yaml, string expected)
    {
        UsageException error = Assert.Throws<UsageException>(() => ConfigurationFile.Parse(yaml, "c.yaml"))!;
        Assert.That(error.Message, Does.Contain(expected).And.Not.Contain("\n"));
    }

    [Test]
    public void A_billion_laughs_and_deep_nesting_end_in_one_line()
    {
        StringBuilder bomb = new("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) bomb.Append($"a{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.That(() => ConfigurationFile.Parse(bomb.ToString(), "c.yaml"), Throws.InstanceOf<UsageException>().With.Message.Contains("more than 100000 values"));
        Assert.That(() => ConfigurationFile.Parse("a: " + new string('[', 5000), "c.yaml"), Throws.InstanceOf<UsageException>());
        Assert.That(() => ConfigurationFile.Parse("a: &x [*x]", "c.yaml"), Throws.InstanceOf<UsageException>());
    }

    [Test]
    public void Aliases_are_copies()
    {
        ConfigurationDocument document = ConfigurationFile.Parse("a: &x [1, 2]\nb: *x\n", "c.yaml");
        Assert.That(document.Root.ToJsonString(), Is.EqualTo("""{"a":[1,2],"b":[1,2]}"""));
    }

    [Test]
    public void JSON_with_tabs_and_surrogate_escapes_is_read_with_its_lines()
    {
        ConfigurationDocument document = ConfigurationFile.Parse("{\n\t\"output_dir\": \"\\ud83d\\ude00\",\n\t\"spa\": {\n\t\t\"iterations\": 2}}", "c.json");
        Assert.That(document.Root["output_dir"]!.GetValue<string>(), Is.EqualTo("\U0001F600"));
        Assert.That(document.Place("spa.iterations"), Is.EqualTo("c.json:4"));
    }

    [Test]
    public void Set_overrides_and_makes_sections()
    {
        ConfigurationDocument document = ConfigurationFile.Parse("beta: 0.1\n", "c.yaml");
        foreach (string set in new[] { "beta=5e-1", "spa.sampling.top_p=0.9", "spa.extrapolation=[0.5, 0.25]", "output_dir=a=b", "dtype=\"auto\"", "max_length=" }) ConfigurationFile.Apply(document, set);
        Assert.That(document.Root.ToJsonString(), Is.EqualTo("""{"beta":0.5,"spa":{"sampling":{"top_p":0.9},"extrapolation":[0.5,0.25]},"output_dir":"a=b","dtype":"auto","max_length":null}"""));
        Assert.That(document.Place("spa.sampling.top_p"), Is.EqualTo("--set spa.sampling.top_p"));
    }

    [TestCase("beta")]
    [TestCase("=1")]
    [TestCase("a..b=1")]
    [TestCase("beta.x=1")]
    [TestCase("a=[1")]
    public void A_bad_set_is_one_line(string assignment)
    {
        ConfigurationDocument document = ConfigurationFile.Parse("beta: 0.1\n", "c.yaml");
        Assert.That(() => ConfigurationFile.Apply(document, assignment), Throws.InstanceOf<UsageException>().With.Message.StartsWith("--set"));
    }

    [Test]
    public void A_missing_file_is_a_usage_error()
    {
        Assert.That(() => ConfigurationFile.Load("/nowhere/c.yaml"), Throws.InstanceOf<UsageException>().With.Message.StartsWith("/nowhere/c.yaml: cannot read the configuration"));
    }

    [Test]
    public void Any_text_gives_a_document_or_one_line() => Gen.Char["ab:-[]{}&*!#|>'\"\n \t,0.1e?%@`~<"].Array[0, 40].Sample(
        chars =>
        {
            try
            {
                _ = ConfigurationFile.Parse(new string(chars), "c.yaml");
            }
            catch (UsageException e)
            {
                Assert.That(e.Message, Does.Not.Contain("\n"));
            }
        },
        iter: 5000);
}
